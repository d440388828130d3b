import type { Alert } from '../alerts/alert';
import type { Metric } from '../metrics/metric';
import type { NormalRange } from './normal-range';

/** How something is, best first. */
export type HealthState = 'healthy' | 'unknown' | 'degraded' | 'unhealthy';

/** A number that says how a model is. */
export interface HealthMeasure {
  readonly metric: Metric;
  readonly segment: string;
  /** Undefined where too little was seen; `problem` says so. */
  readonly value: number | undefined;
  readonly count: number;
  /** Undefined while there is too little history. */
  readonly normal: NormalRange | undefined;
  /** Why there is no value. */
  readonly problem?: string;
}

/** Whether a value is where it normally is, or on the side that nobody minds. */
function isNormal({ metric, value, normal }: HealthMeasure): boolean {
  if (value === undefined || normal === undefined) return true;
  if (metric.moreIsBetter === true) return value >= normal.low;
  if (metric.moreIsBetter === false) return value <= normal.high;
  return value >= normal.low && value <= normal.high;
}

/** How a model is, and that in a sentence. */
export function judgeHealth(
  name: string,
  measures: readonly HealthMeasure[],
  alerts: readonly Alert[],
): { readonly state: HealthState; readonly verdict: string } {
  const odd = measures.filter((measure) => !isNormal(measure)).map(({ metric }) => metric.name);
  const pages = alerts.filter(({ severity }) => severity === 'page');
  const tickets = alerts.filter(({ severity }) => severity === 'ticket');
  const seen = measures.filter(({ value }) => value !== undefined);
  if (pages.length > 0)
    return { state: 'unhealthy', verdict: `${name}: ${pages[0]!.summary}${more(alerts.length - 1)}` };
  if (tickets.length > 0)
    return { state: 'degraded', verdict: `${name}: ${tickets[0]!.summary}${more(alerts.length - 1)}` };
  if (seen.length === 0) return { state: 'unknown', verdict: `${name} was asked too little to tell how it is` };
  if (odd.length > 0)
    return { state: 'degraded', verdict: `${name} has no alert, and out of the ordinary are ${odd.join(', ')}` };
  const hasHistory = measures.some(({ normal }) => normal !== undefined);
  const end = hasHistory ? 'everything is where it normally is' : 'there is too little history to say what is normal';
  return { state: 'healthy', verdict: `${name} has no alert, and ${end}` };
}

function more(count: number): string {
  if (count <= 0) return '';
  return count === 1 ? ' (and another alert)' : ` (and ${count} more alerts)`;
}
