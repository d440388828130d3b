import type { SampleRatioCheck, VariantComparison, VariantValue } from '@attune/statistics';
import type { MetricChoice, PerUnit, Samples } from './variant-samples';

/** What is asked of a file. */
export interface AnalyzeQuestion {
  readonly file: string;
  readonly control?: string;
  readonly metric: MetricChoice;
  readonly perUnit: PerUnit;
  /** By variant; equal unless named. */
  readonly shares?: Readonly<Record<string, number>>;
  readonly confidence: number;
  readonly tunedFor?: number;
  readonly lowerIsBetter: boolean;
}

/** One variant; its value is null while results are withheld. */
export interface VariantView {
  readonly name: string;
  readonly isControl: boolean;
  readonly units: number;
  readonly rows: number;
  readonly expectedShare: number;
  readonly value: VariantValue | null;
}

/** A variant beside the control, with p values for as many comparisons as there are. */
export type ComparisonView = VariantComparison & {
  readonly variant: string;
  readonly adjusted?: { readonly holm: number; readonly benjaminiHochberg: number };
};

/** All that a file says. */
export interface Analysis {
  readonly file: string;
  readonly metric: { readonly kind: Samples['kind']; readonly perUnit: PerUnit; readonly lowerIsBetter: boolean };
  readonly confidence: number;
  readonly tunedFor: number;
  readonly control: string;
  readonly variants: readonly VariantView[];
  readonly sampleRatio: SampleRatioCheck;
  readonly crossedUnits: { readonly count: number; readonly share: number };
  /** Why there are no results; null where there are. */
  readonly withheld: { readonly reason: string } | null;
  readonly comparisons: readonly ComparisonView[] | null;
  readonly warnings: readonly string[];
  readonly recommendation: string;
}
