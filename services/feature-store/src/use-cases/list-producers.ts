import { page, pageSize, placeOf } from '@attune/paging';
import { CountedHours } from '../domain/quality/hour-counts';
import { HOUR_MS } from '../domain/quality/quality-counts';
import type { CallOptions, Clock } from '../ports';
import type { KnownProducer, QualityStore } from '../quality-ports';

/** A producer with its rates. */
export interface ProducerReport extends KnownProducer {
  readonly acceptedLastHour: number;
  readonly rejectedLastHour: number;
}

/** Which page of producers is wanted. */
export interface ProducerPageQuestion {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Producers in the order of their names. */
export interface ProducerPage {
  readonly producers: readonly ProducerReport[];
  readonly nextPageToken: string;
}

/** What reports of producers are made from. */
export interface ReportNeeds {
  readonly store: Pick<QualityStore, 'producers' | 'counts'>;
  readonly clock: Clock;
}

const DEFAULT_PAGE_SIZE = 100;

/** Lists every producer that was heard of. */
export function makeListProducers({ store, clock }: ReportNeeds) {
  return async (asked: ProducerPageQuestion, options: CallOptions = {}): Promise<ProducerPage> => {
    const size = pageSize(asked.pageSize, DEFAULT_PAGE_SIZE);
    const after = String(placeOf(asked.pageToken, 'producers')?.[0] ?? '');
    const known = await store.producers(after, size + 1, options);
    const { rows, nextPageToken } = page(known, {
      size,
      question: 'producers',
      placeAfter: ({ producer }) => [producer],
    });
    return { producers: await reportsOf(rows, { store, clock }, options), nextPageToken };
  };
}

/** Adds their rates to producers, and leaves out quarantines that are over. */
export async function reportsOf(
  producers: readonly KnownProducer[],
  { store, clock }: ReportNeeds,
  options: CallOptions,
): Promise<readonly ProducerReport[]> {
  const nowMs = clock().getTime();
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const slice = { from: new Date(hourMs - HOUR_MS), to: new Date(hourMs + HOUR_MS), producer: undefined };
  const hours = new CountedHours(await store.counts(slice, options));
  // Counts are kept per hour of the clock, so of the hour before the share counts that the last 60 minutes reach into.
  const left = 1 - (nowMs - hourMs) / HOUR_MS;
  const lastHour = (producer: string, measure: 'accepted' | 'rejected') =>
    Math.round(hours.of(producer, hourMs).of(measure) + left * hours.of(producer, hourMs - HOUR_MS).of(measure));
  return producers.map(({ producer, quarantinedUntil, reason }) => {
    const holds = quarantinedUntil !== undefined && quarantinedUntil.getTime() > nowMs;
    return {
      ...{ producer, quarantinedUntil: holds ? quarantinedUntil : undefined, reason: holds ? reason : '' },
      acceptedLastHour: lastHour(producer, 'accepted'),
      rejectedLastHour: lastHour(producer, 'rejected'),
    };
  });
}
