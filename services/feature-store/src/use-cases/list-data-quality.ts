import { page, pageSize, placeOf } from '@attune/paging';
import { COMPARED_HOURS, findingsOf, type QualityFinding } from '../domain/quality/findings';
import { CountedHours } from '../domain/quality/hour-counts';
import { HOUR_MS } from '../domain/quality/quality-counts';
import type { TypeRule } from '../domain/quality/type-rule';
import { requireNone } from '../domain/request-size';
import type { CallOptions, Clock } from '../ports';
import type { QualityStore } from '../quality-ports';

/** Which findings are wanted. */
export interface DataQualityQuestion {
  /** Undefined for the last 24 hours. */
  readonly from: Date | undefined;
  /** Empty for all. */
  readonly producer: string;
  readonly anomaliesOnly: boolean;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of findings, newest hour first. */
export interface DataQualityPage {
  readonly findings: readonly QualityFinding[];
  readonly nextPageToken: string;
}

interface Needs {
  readonly store: Pick<QualityStore, 'counts'>;
  readonly types: readonly TypeRule[];
  readonly clock: Clock;
  /** For how many days hours are kept. */
  readonly keptDays: number;
}

const DEFAULT_PAGE_SIZE = 100;
const DEFAULT_HOURS = 24;

/** Lists what was measured per hour and producer, compared with the hours before. */
export function makeListDataQuality({ store, types, clock, keptDays }: Needs) {
  return async (asked: DataQualityQuestion, options: CallOptions = {}): Promise<DataQualityPage> => {
    const thisHourMs = Math.floor(clock().getTime() / HOUR_MS) * HOUR_MS;
    const fromMs = firstHour(asked.from, thisHourMs, keptDays);
    const size = pageSize(asked.pageSize, DEFAULT_PAGE_SIZE);
    const question = `data-quality:${asked.from?.getTime() ?? ''}:${asked.anomaliesOnly}:${asked.producer}`;
    const place = placeOf(asked.pageToken, question);
    const slice = {
      from: new Date(fromMs - COMPARED_HOURS * HOUR_MS),
      to: new Date(thisHourMs + HOUR_MS),
      producer: asked.producer === '' ? undefined : asked.producer,
    };
    const hours = new CountedHours(await store.counts(slice, options));
    const found: QualityFinding[] = [];
    for (let hourMs = Number(place?.[0] ?? thisHourMs); hourMs >= fromMs && found.length <= size; hourMs -= HOUR_MS) {
      const ofHour = findingsOfHour(hours, { types, hourMs, isOver: hourMs < thisHourMs, ...asked });
      found.push(...(hourMs === place?.[0] ? ofHour.slice(Number(place[1])) : ofHour));
    }
    const { rows, nextPageToken } = page(found, {
      size,
      question,
      placeAfter: (last) => placeAfter(found, last, place),
    });
    return { findings: rows, nextPageToken };
  };
}

function firstHour(from: Date | undefined, thisHourMs: number, keptDays: number): number {
  if (from === undefined) return thisHourMs - (DEFAULT_HOURS - 1) * HOUR_MS;
  const hourMs = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS;
  const isKnown = hourMs >= thisHourMs - keptDays * 24 * HOUR_MS;
  const description = `must be a time of the last ${keptDays} days: counts of earlier hours are not kept`;
  requireNone(isKnown ? [] : [{ field: 'from', description }]);
  return hourMs;
}

interface HourQuestion {
  readonly types: readonly TypeRule[];
  readonly hourMs: number;
  readonly isOver: boolean;
  readonly producer: string;
  readonly anomaliesOnly: boolean;
}

function findingsOfHour(hours: CountedHours, question: HourQuestion): readonly QualityFinding[] {
  const { producer, anomaliesOnly, ...hour } = question;
  return hours.producers
    .filter((one) => producer === '' || one === producer)
    .flatMap((one) => findingsOf({ hours, ...hour }, one))
    .filter(({ isAnomaly }) => isAnomaly || !anomaliesOnly);
}

// The place after a finding is its hour with how many findings of that hour were shown. An hour that is over never changes;
// one that runs may get new findings, and then its pages overlap or leave one out.
function placeAfter(
  found: readonly QualityFinding[],
  last: QualityFinding,
  place: readonly (string | number)[] | undefined,
): readonly [number, number] {
  const hourMs = last.hour.getTime();
  const first = found.findIndex(({ hour }) => hour.getTime() === hourMs);
  const before = place?.[0] === hourMs ? Number(place[1]) : 0;
  return [hourMs, before + found.indexOf(last) - first + 1];
}
