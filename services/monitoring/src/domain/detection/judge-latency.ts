import { type Detected, judged, short, together, UNKNOWN, whereabouts } from './detected';
import type { MetricHistory, SeriesHistory } from './metric-history';
import { bucketOf, usualAt } from './same-times';

const WINDOW_MS = 10 * 60_000;
/** A tail of fewer has no shape. */
const LEAST_COUNT = 200;
/** What is slower by less is not felt. */
const LEAST_RATIO = 1.5;
const LEAST_MORE_MS = 20;
const SPREADS = 6;

/** Whether answers of the last ten minutes took much longer than is usual at this time of the day. */
export function judgeLatency(history: MetricHistory, measure: string, now: Date): Detected {
  return together([...history.series()].map((series) => judgeSeries(series, measure, now)));
}

function judgeSeries(series: SeriesHistory, measure: string, now: Date): Detected {
  const from = new Date(bucketOf(now).getTime() - WINDOW_MS);
  const { count, value } = series.stretch(from, now);
  const usual = usualAt(series, { from, lengthMs: WINDOW_MS });
  if (count < LEAST_COUNT || usual === undefined) return UNKNOWN;
  const { subject, segment } = whereabouts(series.labels);
  const key = { kind: 'latency', subject, measure, segment } as const;
  const bound = Math.max(
    ...[usual.median * LEAST_RATIO, usual.median + LEAST_MORE_MS, usual.median + SPREADS * usual.spread],
  );
  if (value <= bound) return judged(key, undefined);
  const where = segment === '' ? '' : ` for ${segment}`;
  return judged(key, {
    ...{ value, bound, since: from, severity: segment === '' ? 'page' : 'ticket' },
    summary: `${measure}${where} went from ${short(usual.median)} ms, which is usual at this time, to ${short(value)} ms`,
  });
}
