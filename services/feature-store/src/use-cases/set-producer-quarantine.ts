import { AppError } from '@attune/errors';
import { requireNone } from '../domain/request-size';
import { idProblem, shortTextProblem } from '../domain/usable-text';
import type { CallOptions } from '../ports';
import type { KnownProducer, QualityStore } from '../quality-ports';
import { type ProducerReport, type ReportNeeds, reportsOf } from './list-producers';

interface Needs extends ReportNeeds {
  readonly store: Pick<QualityStore, 'quarantine' | 'release' | 'producers' | 'counts'>;
}

const MAX_PRODUCER_LENGTH = 128;
const MAX_REASON_LENGTH = 500;
const MAX_QUARANTINE_MS = 366 * 86_400_000;

/** Puts a producer into quarantine, or lets it out; replicas act on it within about a second. */
export function makeSetProducerQuarantine(needs: Needs) {
  return async (asked: KnownProducer, options: CallOptions = {}): Promise<ProducerReport> => {
    const now = needs.clock();
    requireNone(problemsOf(asked, now));
    await decide(needs, asked, now, options);
    return (await reportsOf([asked], needs, options))[0]!;
  };
}

async function decide({ store }: Needs, asked: KnownProducer, now: Date, options: CallOptions): Promise<void> {
  const { producer, quarantinedUntil: until, reason } = asked;
  if (until !== undefined) return store.quarantine({ producer, until, reason }, now, options);
  if (await store.release(producer, now, options)) return;
  throw new AppError(
    'not_found.producer',
    `no producer "${producer}" was heard of; ListProducers shows those there are`,
  );
}

function problemsOf({ producer, quarantinedUntil: until, reason }: KnownProducer, now: Date) {
  const problems = {
    producer: idProblem(producer, MAX_PRODUCER_LENGTH),
    until: until === undefined ? undefined : untilProblem(until.getTime(), now.getTime()),
    reason: until !== undefined && reason === '' ? 'must say why' : shortTextProblem(reason, MAX_REASON_LENGTH),
  };
  return Object.entries(problems).flatMap(([field, description]) =>
    description === undefined ? [] : [{ field, description }],
  );
}

function untilProblem(untilMs: number, nowMs: number): string | undefined {
  if (untilMs > nowMs && untilMs <= nowMs + MAX_QUARANTINE_MS) return undefined;
  return 'must lie in the future, within 366 days; leave it empty to let the producer out';
}
