import type { Series, SeriesLabels } from './domain/series';

export type { Series, SeriesLabels, SeriesStep } from './domain/series';

/** The present, as an argument. */
export type Clock = () => Date;

/** Which series, and of when. */
export interface SeriesQuery {
  readonly metric: string;
  /**
   * Labels that must match, `*` any value of it. Each metric is kept by several sets of labels (its cuts, in the catalogue); asked are series
   * of the first cut that has all of these names, so that no observation comes twice.
   */
  readonly labels: SeriesLabels;
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  /** Whoever needs sums alone is answered sooner. */
  readonly withoutSketches?: boolean;
}

/** The durable time series. */
export interface SeriesReader {
  /** Every series that matches. */
  read(query: SeriesQuery): Promise<readonly Series[]>;
}
