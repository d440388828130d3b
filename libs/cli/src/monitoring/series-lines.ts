import type { monitoring } from '@attune/contracts';
import { table } from '../output';
import { numberWord } from './health-lines';

const BAR_WIDTH = 30;

/** The course of a metric for people: a row per step that has observations, with a bar that begins at the lowest value or at 0. */
export function seriesLines(metric: string, { unit, points }: monitoring.GetTimeSeriesResponse): readonly string[] {
  const seen = points.filter((point) => point.value !== undefined);
  if (seen.length === 0) return [`${metric}: nothing was measured in this time.`];
  const values = seen.map(({ value }) => value!);
  const low = Math.min(0, ...values);
  const span = Math.max(...values) - low;
  const rows = seen.map(({ at, value, sampleCount }) => [
    at!.toISOString().slice(0, 16).replace('T', ' '),
    numberWord(value!),
    '#'.repeat(span === 0 ? 0 : Math.round(((value! - low) / span) * BAR_WIDTH)).padEnd(BAR_WIDTH),
    sampleCount,
  ]);
  const gaps = points.length - seen.length;
  const note = gaps === 0 ? '' : `, and ${gaps} of ${points.length} steps without observations are left out`;
  return [`${metric} (${unit})${note}`, '', ...table(['time (UTC)', 'value', '', 'observations'], rows)];
}

/** What can be asked for, for people. */
export function metricLines(metrics: readonly monitoring.MetricInfo[]): readonly string[] {
  const rows = metrics.map(({ name, unit, labels, description }) => [name, unit, labels.join(', '), description]);
  return table(['metric', 'unit', 'labels', 'what it says'], rows);
}
