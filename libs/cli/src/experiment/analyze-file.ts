import { AppError } from '@attune/errors';
import {
  adjustPValues,
  checkSampleRatio,
  compareVariants,
  DEFAULT_TUNED_FOR,
  type SampleRatioCheck,
  variantValue,
} from '@attune/statistics';
import type { Analysis, AnalyzeQuestion, ComparisonView } from './analysis';
import { type ExperimentFile, readExperimentFile } from './read-experiment-file';
import { recommendation } from './recommendation';
import { type Samples, variantSamples } from './variant-samples';

/** Above this share of units seen in several variants, the assignment is not to be believed. */
const MOST_CROSSED = 0.01;

/** Reads a file of an experiment and judges it. Throws `invalid.*` for files and options that cannot be analyzed. */
export async function analyzeFile(question: AnalyzeQuestion, signal: AbortSignal): Promise<Analysis> {
  const file = await readExperimentFile(question.file, signal);
  const control = controlOf(file, question.control);
  const shares = sharesOf(file, question.shares);
  const samples = variantSamples(file, question);
  const { variants } = file;
  const sampleRatio = checkSampleRatio(variants, samples.unitCounts, shares);
  const crossedShare = samples.crossedCount / file.table.count;
  const reason = reasonToWithhold(sampleRatio, crossedShare);
  const comparisons = reason === undefined ? comparisonsOf(variants, control, samples, question) : null;
  const views = variants.map((name, at) => ({
    name,
    isControl: at === control,
    units: samples.unitCounts[at]!,
    rows: file.rows[at]!,
    expectedShare: shares[at]!,
    // a variant whose units are all crossed has no value
    value:
      reason === undefined && samples.unitCounts[at]! > 0 ? variantValue(samples.sums[at]!, question.confidence) : null,
  }));
  const known = {
    file: question.file,
    metric: { kind: samples.kind, perUnit: question.perUnit, lowerIsBetter: question.lowerIsBetter },
    confidence: question.confidence,
    tunedFor: question.tunedFor ?? DEFAULT_TUNED_FOR,
    control: variants[control]!,
    variants: views,
    sampleRatio,
    crossedUnits: { count: samples.crossedCount, share: crossedShare },
    withheld: reason === undefined ? null : { reason },
    comparisons,
    warnings: warningsOf(file, samples, question),
  };
  return { ...known, recommendation: recommendation(known) };
}

function controlOf({ variants }: ExperimentFile, wanted: string | undefined): number {
  if (variants.length < 2) {
    throw new AppError('invalid.file', `the file has only the variant "${variants[0]}": a comparison needs two`);
  }
  if (wanted === undefined) return Math.max(0, variants.indexOf('control'));
  const position = variants.indexOf(wanted);
  if (position < 0)
    throw new AppError('invalid.control', `there is no variant "${wanted}"; there are ${variants.join(', ')}`);
  return position;
}

function sharesOf(
  { variants }: ExperimentFile,
  wanted: Readonly<Record<string, number>> | undefined,
): readonly number[] {
  if (wanted === undefined) return variants.map(() => 1 / variants.length);
  const unknown = Object.keys(wanted).filter((name) => !variants.includes(name));
  const missing = variants.filter((name) => wanted[name] === undefined);
  if (unknown.length + missing.length > 0) {
    const seen = variants.join(', ');
    throw new AppError('invalid.shares', `--shares must name each variant of the file once: ${seen}`, {
      violations: [
        ...unknown.map((name) => ({ field: name, description: 'is no variant of the file' })),
        ...missing.map((name) => ({ field: name, description: 'has no share' })),
      ],
    });
  }
  return variants.map((name) => wanted[name]!);
}

function reasonToWithhold(sampleRatio: SampleRatioCheck, crossedShare: number): string | undefined {
  if (crossedShare > MOST_CROSSED) {
    const percent = (crossedShare * 100).toFixed(1);
    return `${percent} % of the units were seen in several variants, so that the assignment cannot be believed; find the cause first`;
  }
  return sampleRatio.reason;
}

function comparisonsOf(
  variants: readonly string[],
  control: number,
  { sums }: Samples,
  { confidence, tunedFor }: AnalyzeQuestion,
): readonly ComparisonView[] {
  const found = variants.flatMap((variant, at) => {
    if (at === control) return [];
    return [{ variant, ...compareVariants({ control: sums[control]!, treatment: sums[at]!, confidence, tunedFor }) }];
  });
  const compared = found.flatMap((one) => (one.status === 'compared' ? [one] : []));
  const pValues = compared.map(({ pValue }) => pValue);
  const [holm, benjaminiHochberg] = [adjustPValues(pValues, 'holm'), adjustPValues(pValues, 'benjamini_hochberg')];
  return found.map((one) => {
    if (one.status !== 'compared') return one;
    const at = compared.indexOf(one);
    return { ...one, adjusted: { holm: holm[at]!, benjaminiHochberg: benjaminiHochberg[at]! } };
  });
}

function warningsOf(file: ExperimentFile, samples: Samples, { perUnit }: AnalyzeQuestion): readonly string[] {
  const warnings: string[] = [];
  const { crossedCount, repeatedCount, uncoveredCount } = samples;
  if (crossedCount > 0) warnings.push(`${crossedCount} units were seen in several variants and are counted in none`);
  if (repeatedCount > 0) {
    const come = { mean: 'their mean', sum: 'their sum', ratio: 'a ratio of all values to all rows' }[perUnit];
    warnings.push(
      `${repeatedCount} units have several rows, which are taken as ${come} (see --per-unit), clustered by unit`,
    );
  }
  if (uncoveredCount > 0) {
    warnings.push(
      `${uncoveredCount} units lack the covariate, so that CUPED is left out; fill it in, for new units with the mean`,
    );
  }
  if (file.hasCovariate && samples.kind === 'ratio') warnings.push('a ratio is not adjusted by the covariate');
  return warnings;
}
