import { type Detected, judged, short, together, UNKNOWN, whereabouts } from './detected';
import type { MetricHistory, SeriesHistory } from './metric-history';
import { bucketOf, type Usual, usualAt } from './same-times';

const WINDOW_MS = 10 * 60_000;
/** Series are a few seconds behind. */
const MEASURE_LAG_MS = 60_000;
/** Of fewer slates in ten minutes nothing can be told. */
const LEAST_USUAL = 50;
/** Nearly nothing is left. */
const STOPPED_SHARE = 0.05;
/** So many spreads away from what is usual is not the ups and downs of the day. */
const SPREADS = 6;

/**
 * Whether slates of the last ten minutes have all but stopped (`volume`), or are less than half or more than twice of what is usual at this
 * time of the day (`throughput`).
 */
export function judgeVolume(history: MetricHistory, measure: string, now: Date): Detected {
  return together([...history.series()].map((series) => judgeSeries(series, measure, now)));
}

function judgeSeries(series: SeriesHistory, measure: string, now: Date): Detected {
  const to = bucketOf(new Date(now.getTime() - MEASURE_LAG_MS));
  const from = new Date(to.getTime() - WINDOW_MS);
  const usual = usualAt(series, { from, lengthMs: WINDOW_MS });
  if (usual === undefined || usual.median < LEAST_USUAL) return UNKNOWN;
  const { value, count } = series.stretch(from, to);
  const current = count === 0 ? 0 : value;
  const where = whereabouts(series.labels);
  const stopped = judgeStop({ current, usual, since: from, measure, where });
  // without a day to compare with, only the end of everything is certain
  return usual.isSeasonal ? together([stopped, judgeRate({ current, usual, since: from, measure, where })]) : stopped;
}

interface Judged {
  readonly current: number;
  readonly usual: Usual;
  readonly since: Date;
  readonly measure: string;
  readonly where: { readonly subject: string; readonly segment: string };
}

function judgeStop({ current, usual, since, measure, where }: Judged): Detected {
  const key = { ...where, kind: 'volume', measure } as const;
  const bound = usual.median * STOPPED_SHARE;
  if (current > bound) return judged(key, undefined);
  const isModel = where.subject.startsWith('model:');
  return judged(key, {
    ...{ value: current, bound, since },
    // a model that is taken out of service stops too; that all slates stop is felt
    severity: isModel || where.segment !== '' ? 'ticket' : 'page',
    summary: `${measure} in ten minutes went from ${short(usual.median)}, which is usual at this time, to ${short(current)}: nothing is served, or its records do not arrive`,
  });
}

function judgeRate({ current, usual, since, measure, where }: Judged): Detected {
  const key = { ...where, kind: 'throughput', measure } as const;
  const [low, high] = [usual.median / 2, usual.median * 2];
  const isFar = Math.abs(current - usual.median) > SPREADS * Math.max(usual.spread, Math.sqrt(usual.median));
  if (!isFar || (current >= low && current <= high)) return judged(key, undefined);
  return judged(key, {
    ...{ value: current, bound: current < low ? low : high, since, severity: 'ticket' },
    summary: `${measure} in ten minutes went from ${short(usual.median)}, which is usual at this time, to ${short(current)}`,
  });
}
