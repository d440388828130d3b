import type { GroupBy } from './group-by';

/** What is measured of each group. */
export type FairnessMeasureName = 'demographic_parity' | 'equal_opportunity' | 'exposure_fairness';

/** One measure of one group, as a ratio to the whole. */
export interface FairnessMeasure {
  readonly group: string;
  readonly measure: FairnessMeasureName;
  /** NaN with a problem. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly sampleCount: number;
  /** Why there is no value. */
  readonly problem?: string;
}

/** An audit as it is kept. */
export interface FairnessAudit {
  readonly auditId: string;
  readonly subject: string;
  readonly groupBy: GroupBy;
  readonly from: Date;
  readonly to: Date;
  readonly createdAt: Date;
  readonly actor: string;
  readonly measures: readonly FairnessMeasure[];
  readonly verdict: string;
}

/** Who asks for audits of the schedule. */
export const SCHEDULE = 'schedule';

/** Between these a group is treated like the whole: four fifths, and the other way round. */
export const FAIR = { low: 0.8, high: 1.25 } as const;

/** Whether the whole interval is beyond what is fair. */
export function isUnfair({ problem, low, high }: FairnessMeasure): boolean {
  return problem === undefined && (high < FAIR.low || low > FAIR.high);
}

/** An audit in a sentence. */
export function verdictOf(measures: readonly FairnessMeasure[]): string {
  const known = measures.filter(({ problem }) => problem === undefined);
  if (known.length === 0) return 'insufficient data: no group has enough slates and users';
  const unfair = known.filter(isUnfair).sort((a, b) => Math.abs(Math.log(b.value)) - Math.abs(Math.log(a.value)));
  const missing = new Set(measures.filter(({ problem }) => problem !== undefined).map(({ group }) => group)).size;
  const rest = missing === 0 ? '' : `; of ${missing} groups there is too little to tell everything`;
  const [worst] = unfair;
  if (worst === undefined) return `no group is certainly treated other than the whole, by a fifth or more${rest}`;
  const { group, measure, value, low, high } = worst;
  const share = [value, low, high].map((one) => one.toFixed(2));
  return `${unfair.length} of ${known.length} measures are certainly beyond a fifth; the most: ${measure} of ${group} is ${share[0]} times that of the whole (${share[1]} to ${share[2]})${rest}`;
}
