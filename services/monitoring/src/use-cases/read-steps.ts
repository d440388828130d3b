import { isAppError } from '@attune/errors';
import { findMetric } from '../domain/metrics/metric-catalogue';
import type { ValueStep } from '../domain/metrics/value-of-steps';
import type { HourCounters } from '../measure-ports';
import type { Clock, SeriesLabels, SeriesQuery, SeriesReader } from '../ports';

const HOUR_SECONDS = 3_600;
const COUNTED_MS = 7 * 86_400_000;
/** Values that sums alone tell. */
const OF_SUMS: ReadonlySet<string> = new Set(['mean', 'sum', 'spread']);

/** Reads the steps of all series of a question; those of whole hours may come as one. */
export type StepReader = (
  query: SeriesQuery,
  stepSeconds: number,
) => Promise<readonly (ValueStep & { readonly at: Date })[]>;

/** What reading needs. */
export interface ReadStepsParts {
  readonly series: SeriesReader & {
    /** The labels of the series that a question is about. */
    labelsOf(query: Pick<SeriesQuery, 'metric' | 'labels'>): Promise<readonly SeriesLabels[]>;
  };
  readonly counters: Pick<HourCounters, 'areLost' | 'read'>;
  readonly clock: Clock;
}

/** Makes a reader of steps: whole hours of the past week come from the counters, everything else from the series. */
export function makeReadSteps({ series, counters, clock }: ReadStepsParts): StepReader {
  return async (query, stepSeconds) => {
    const counted = isCounted(query, stepSeconds) ? await fromCounters(query).catch(orSeries) : undefined;
    if (counted !== undefined) return counted;
    const found = await series.read({ ...query, withoutSketches: isOfSums(query.metric) });
    return found.flatMap(({ steps }) => steps);
  };

  function isCounted({ metric, from, to }: SeriesQuery, stepSeconds: number): boolean {
    const isWhole = stepSeconds % HOUR_SECONDS === 0 && isHour(from) && (isHour(to) || to >= clock());
    return isOfSums(metric) && isWhole && from.getTime() > clock().getTime() - COUNTED_MS;
  }

  async function fromCounters({ metric, labels, from, to }: SeriesQuery) {
    if (await counters.areLost()) return undefined;
    const base = findMetric(metric)!.series;
    const found = await series.labelsOf({ metric, labels });
    const hours = await Promise.all(found.map((own) => counters.read({ metric: base, labels: own, from, to })));
    return hours.flat().map(({ hour, ...counts }) => ({ ...counts, at: hour }));
  }
}

/** Without Redis the series answer, more slowly. */
function orSeries(error: unknown): undefined {
  if (isAppError(error, 'unavailable')) return undefined;
  throw error;
}

/** Whether sums alone tell the value of a metric. */
export function isOfSums(metric: string): boolean {
  return OF_SUMS.has(findMetric(metric)?.value.kind ?? '');
}

function isHour(at: Date): boolean {
  return at.getTime() % (HOUR_SECONDS * 1_000) === 0;
}
