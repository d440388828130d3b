import type { InterleavingTest, SequentialInterval } from '@attune/statistics';
import type { Metric } from '../metrics/metric';
import type { SampleOutcome } from './compare-samples';
import type { LiftInterval } from './sequential-lift';

/** One metric of one variant beside the control, in one part. */
export interface MetricResult {
  readonly metric: Metric;
  readonly variant: string;
  readonly segment: string;
  readonly outcome: SampleOutcome;
  /** Corrected over all variants and metrics of the part; undefined where nothing was compared. */
  readonly holmPValue: number | undefined;
  readonly falseDiscoveryPValue: number | undefined;
}

/** What becomes of a metric that must not get worse. */
export interface GuardrailResult {
  readonly metric: Metric;
  readonly variant: string;
  readonly toleratedRelativeLoss: number;
  readonly lift: number | undefined;
  readonly interval: LiftInterval | undefined;
  readonly verdict: 'holds' | 'breached' | 'undecided';
}

/** Whether units came in the planned shares. */
export interface SampleRatio {
  readonly unitCounts: Readonly<Record<string, number>>;
  readonly pValue: number;
  readonly sequentialPValue: number;
  /** Why results are withheld; absent where the ratio is sound. */
  readonly reason?: string;
}

/** Which of two interleaved variants people prefer. Preferences are from -1 (the control) to 1. */
export interface InterleavingResult extends Pick<InterleavingTest, 'preference' | 'low' | 'high' | 'pValue'> {
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  readonly userCount: number;
  readonly sequential: SequentialInterval;
}

/** What to do. */
export type Action = 'roll_out' | 'keep_running' | 'stop' | 'inconclusive';

/** What to do, in words, with the evidence. */
export interface Recommendation {
  readonly action: Action;
  readonly sentence: string;
  /** For how many more days, where it should go on. */
  readonly daysLeft: number;
}

/** A metric of one variant on one day. */
export interface DailyValue {
  readonly day: string;
  readonly metric: string;
  readonly variant: string;
  readonly unitCount: number;
  readonly value: number;
  readonly standardError: number;
}
