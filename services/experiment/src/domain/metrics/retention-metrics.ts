import type { Metric, MetricFamily } from './metric';

const ALIASES: Readonly<Record<string, number>> = { retention_1d: 1, retention_7d: 7 };
const NAME = /^retention:(\d{1,2})$/;
/** Facts are kept for 90 days, and those of a unit's whole time must be there. */
const MOST_DAYS = 60;

/** Whether units come back. Only units whose day is over are counted, so that nobody is counted as lost too soon. */
export const RETENTION: MetricFamily = {
  pattern: `retention:<days up to ${MOST_DAYS}>`,
  metrics: Object.keys(ALIASES).map((name) => retentionOf(name)!),
  find: retentionOf,
};

function retentionOf(name: string): Metric | undefined {
  const days = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : Number(NAME.exec(name)?.[1] ?? 0);
  if (!(days >= 1 && days <= MOST_DAYS)) return undefined;
  const plural = days === 1 ? 'day' : 'days';
  return {
    name,
    kind: 'retention',
    description: `The share of units that are seen again within the day that begins ${days} ${plural} after their first exposure.`,
    higherIsBetter: true,
    days,
  };
}
