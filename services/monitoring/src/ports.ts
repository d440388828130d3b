import type { Finding } from './domain/finding';

/** The present, as an argument. */
export type Clock = () => Date;

/** Labels of a series, for instance `{ model: 'als', version: '7', surface: 'home' }`: few values each, and never a user. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** What one minute of a series holds. Steps of the same series add up field by field. */
export interface SeriesStep {
  /** The beginning of the minute. */
  readonly at: Date;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
  /** How the values are distributed: a sketch of `@attune/drift` as bytes; absent where the metric needs none. */
  readonly sketch?: Uint8Array;
}

/** A series with its steps, in the order of time; minutes without observations are left out. */
export interface Series {
  readonly metric: string;
  readonly labels: SeriesLabels;
  readonly steps: readonly SeriesStep[];
}

/** Which series, and of when. */
export interface SeriesQuery {
  readonly metric: string;
  /** Labels that must match; a series may have more. */
  readonly labels: SeriesLabels;
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
}

/** The durable time series. */
export interface SeriesReader {
  /** Every series that matches. */
  read(query: SeriesQuery): Promise<readonly Series[]>;
}

/** Takes what was found in one round; what is not found any more is over after a while. */
export interface FindingSink {
  take(findings: readonly Finding[], now: Date): Promise<void>;
}
