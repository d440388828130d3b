import { type Detected, judged, together, UNKNOWN, whereabouts } from './detected';
import type { MetricHistory, SeriesHistory } from './metric-history';
import { bucketOf, usualAt } from './same-times';

const WINDOW_MS = 10 * 60_000;
const LEAST_COUNT = 100;
/** A share that grows by less is not felt. */
const LEAST_MORE = 0.1;
const SPREADS = 6;
const ERRORS = 5;

/**
 * Whether a share that should be small, of slates that fell back or were degraded, has grown by a tenth of all slates or more. It is told
 * as `throughput`: less of what serving can do comes through.
 */
export function judgeShare(
  history: MetricHistory,
  measure: { readonly name: string; readonly isFelt: boolean },
  now: Date,
): Detected {
  return together([...history.series()].map((series) => judgeSeries(series, measure, now)));
}

function judgeSeries(
  series: SeriesHistory,
  { name, isFelt }: { readonly name: string; readonly isFelt: boolean },
  now: Date,
): Detected {
  const from = new Date(bucketOf(now).getTime() - WINDOW_MS);
  const { count, value } = series.stretch(from, now);
  const usual = usualAt(series, { from, lengthMs: WINDOW_MS });
  if (count < LEAST_COUNT || usual === undefined) return UNKNOWN;
  const { subject, segment } = whereabouts(series.labels);
  const key = { kind: 'throughput', subject, measure: name, segment } as const;
  const error = Math.sqrt((usual.median * (1 - usual.median)) / count);
  const bound = usual.median + Math.max(LEAST_MORE, SPREADS * usual.spread, ERRORS * error);
  if (value <= bound) return judged(key, undefined);
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  return judged(key, {
    ...{ value, bound, since: from, severity: isFelt && segment === '' ? 'page' : 'ticket' },
    summary: `${name} went from ${percent(usual.median)} of slates, which is usual at this time, to ${percent(value)}`,
  });
}
