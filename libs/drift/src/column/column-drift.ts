import type { ChiSquare } from '../detectors/chi-square';
import type { KolmogorovSmirnov } from '../detectors/kolmogorov-smirnov';
import type { NullRate } from '../detectors/null-rate';
import type { PopulationStability } from '../detectors/population-stability';
import type { Wasserstein } from '../detectors/wasserstein';

/** What is said of a column, or of all of them. */
export type DriftVerdict = 'drift' | 'no_drift' | 'insufficient_data';

/** A test with its bound: it speaks for drift where the effect reaches the bound and chance makes as much too rarely. */
export type Judged<Test> = Test & { readonly bound: number; readonly drifted: boolean };

/** Categories that only one of the samples has. */
export interface CategoryChange {
  /** The share of the current values that are in new categories. */
  readonly newShare: number;
  /** The share of the reference values that are in vanished categories. */
  readonly vanishedShare: number;
  /** The most frequent ones, at most ten. */
  readonly newCategories: readonly string[];
  readonly vanishedCategories: readonly string[];
}

/** The tests of a numeric column; null where there are too few values for it. */
export interface NumericTests {
  readonly psi: Judged<PopulationStability> | null;
  readonly ks: Judged<KolmogorovSmirnov> | null;
  readonly wasserstein: Judged<Wasserstein> | null;
  readonly nullRate: Judged<NullRate> | null;
}

/** The tests of a categorical column; null where there are too few values for it. */
export interface CategoricalTests {
  readonly psi: Judged<PopulationStability> | null;
  readonly chiSquare: Judged<ChiSquare> | null;
  readonly categories: Judged<CategoryChange> | null;
  readonly nullRate: Judged<NullRate> | null;
}

interface Outcome {
  readonly verdict: DriftVerdict;
  readonly drifted: boolean;
  /** How large the difference is, on the scale of `measure`; null where it cannot be told. */
  readonly effectSize: { readonly measure: 'wasserstein_normalized' | 'cramers_v'; readonly value: number } | null;
  /** In a sentence. */
  readonly reason: string;
}

/** How far one column has moved. */
export type ColumnDrift =
  | (Outcome & { readonly type: 'numeric'; readonly tests: NumericTests })
  | (Outcome & { readonly type: 'categorical'; readonly tests: CategoricalTests });
