/** Labels of a series, for instance `{ model: 'als', version: '7', surface: 'home' }`: few values each, and never a user. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** Stands in a query for any value of a label. */
export const ANY_VALUE = '*';

/** What one minute of a series holds, or five of features, or an hour. Steps of the same series add up field by field. */
export interface SeriesStep {
  /** The beginning of the step. */
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

/** What was measured of one step of one series. */
export interface MeasuredStep {
  readonly metric: string;
  readonly labels: SeriesLabels;
  readonly step: Omit<SeriesStep, 'at'>;
}
