import type { ModelVersion, SlateFeatures } from './domain/facts';
import type { JoinedPrediction } from './domain/metrics/measure-predictions';
import type { ShownItems } from './domain/metrics/measure-variety';
import type { StepWidth } from './domain/metrics/metric';
import type { JoinedSlate } from './domain/metrics/slate-outcome';
import type { MeasuredStep } from './domain/series';

/** A step whose series are older than its facts. */
export interface TouchedStep {
  readonly width: StepWidth;
  readonly at: Date;
  /** The number of the touch. */
  readonly touch: string;
}

/** The facts of steps, in an order that depends on nothing but them. */
export interface StepFacts {
  slates(from: Date, to: Date): Promise<readonly JoinedSlate[]>;
  predictions(from: Date, to: Date): Promise<readonly JoinedPrediction[]>;
  features(
    from: Date,
    to: Date,
  ): Promise<readonly { readonly features: SlateFeatures; readonly models: readonly ModelVersion[] }[]>;
  /** What was shown, and how many items were known at the end. */
  shown(from: Date, to: Date): Promise<ShownItems>;
}

/** What was measured of a step. */
export interface Measurement {
  readonly touched: TouchedStep;
  /** Series that the measurement is about: those of them that it does not have are none. */
  readonly metrics: readonly string[];
  readonly steps: readonly MeasuredStep[];
  /** Values of labels that were seen. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

/** Where measurements go. */
export interface MeasurementStore {
  /** Steps to be measured, newest first; at most so many. */
  touched(width: StepWidth, limit: number): Promise<readonly TouchedStep[]>;
  /** The values that labels may have. */
  labels(): Promise<readonly (readonly [name: string, value: string])[]>;
  /** Puts a measurement in the place of the one before, and the touch away unless there was another. */
  write(measurement: Measurement): Promise<void>;
}

/** What an hour of one series holds. */
export interface HourCount {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
}

/** Hours whose counters are not what the series say. */
export interface StaleHours {
  stale(limit: number): Promise<readonly { readonly hour: Date; readonly touch: string }[]>;
  countsOf(hour: Date): Promise<readonly HourCount[]>;
  fresh(hour: Date, touch: string): Promise<void>;
  /** Every hour from then on is stale. */
  allStaleFrom(from: Date): Promise<void>;
}

/** Counters by hour, kept for a week. Losing them loses nothing: they are made again of the series. */
export interface HourCounters {
  /** Whether counters were lost since they were last complete. */
  areLost(): Promise<boolean>;
  put(hour: Date, counts: readonly HourCount[], now: Date): Promise<void>;
  complete(): Promise<void>;
  /** The counts of one series, by hour; hours without any are left out. */
  read(query: {
    readonly metric: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly from: Date;
    readonly to: Date;
  }): Promise<readonly (HourCount & { readonly hour: Date })[]>;
}

/** Keeps the series from growing for ever. */
export interface SeriesUpkeep {
  /** The hours before a moment that have steps narrower than an hour, oldest first; at most so many. */
  hoursOfMinutes(before: Date, limit: number): Promise<readonly Date[]>;
  /** Makes one step of an hour of the narrower ones in it. */
  rollUp(hour: Date): Promise<void>;
  /** Takes steps out that are too old, and series that have none left. */
  prune(before: Date): Promise<void>;
  /** Takes values of labels out that were last seen before a day. */
  forgetLabels(before: Date): Promise<void>;
}
