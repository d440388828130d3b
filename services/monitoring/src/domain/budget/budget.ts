/** What is spent. */
export type Resource = 'requests' | 'compute_seconds' | 'storage_bytes';

/** Every resource. */
export const RESOURCES: readonly Resource[] = ['requests', 'compute_seconds', 'storage_bytes'];

const DAY_MS = 86_400_000;
/** So much of a day must be over before what was spent in it says something about the rest: one hour counts as at least that. */
const LEAST_ELAPSED_MS = 3_600_000;

/** What a service or a model may spend. */
export interface Limit {
  /** `service:<name>` or `model:<name>`. */
  readonly subject: string;
  readonly resource: Resource;
  /** Per day (UTC); of storage at any time. */
  readonly limit: number;
  /** From which share of it on it is told. */
  readonly warnShare: number;
}

/** What was spent since midnight, or is stored now. */
export interface Spending {
  readonly subject: string;
  readonly resource: Resource;
  readonly amount: number;
}

/** A limit beside what is spent of it; 0 where none is set. */
export interface Budget extends Limit {
  readonly spent: number;
  /** What will be spent at midnight if it goes on like this. */
  readonly projected: number;
}

/** Limits and spending put together, in the order of subject and resource. */
export function budgetsOf(limits: readonly Limit[], spending: readonly Spending[], now: Date): readonly Budget[] {
  const keyOf = ({ subject, resource }: Pick<Limit, 'subject' | 'resource'>) => `${subject} ${resource}`;
  const limitOf = new Map(limits.map((limit) => [keyOf(limit), limit]));
  const spentOf = new Map<string, Spending>();
  for (const one of spending) {
    const known = spentOf.get(keyOf(one))?.amount ?? 0;
    spentOf.set(keyOf(one), { ...one, amount: known + one.amount });
  }
  return [...new Set([...limitOf.keys(), ...spentOf.keys()])].sort().map((key) => {
    const limit = limitOf.get(key) ?? { ...spentOf.get(key)!, limit: 0, warnShare: 0 };
    const { subject, resource, warnShare } = limit;
    const spent = spentOf.get(key)?.amount ?? 0;
    return { subject, resource, limit: limit.limit, warnShare, spent, projected: projected(resource, spent, now) };
  });
}

function projected(resource: Resource, spent: number, now: Date): number {
  if (resource === 'storage_bytes') return spent;
  const elapsedMs = Math.max(LEAST_ELAPSED_MS, now.getTime() % DAY_MS);
  return (spent * DAY_MS) / elapsedMs;
}

/** The beginning of the day (UTC). */
export function midnightOf(now: Date): Date {
  return new Date(now.getTime() - (now.getTime() % DAY_MS));
}
