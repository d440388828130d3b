import type { FieldViolation } from '@attune/errors';
import { FEATURES } from '../feature-registry';
import { type LabelRule, type LabelVocabulary, labelRuleViolations } from './label-rule';

/** Which interactions a training set is made of. */
export interface SliceQuestion {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  readonly knownAt: Date | undefined;
  readonly includeFlagged: boolean;
}

/** Which negatives are added. */
export interface NegativeRule {
  readonly fromImpressions: boolean;
  readonly sampledPerPositive: number;
  readonly seed: number;
  readonly windowMs: number;
}

/** Which shares of the latest examples validate and test. */
export interface SplitRule {
  readonly validationShare: number;
  readonly testShare: number;
}

/** What a set of labelled examples is made of. */
export interface ExamplesQuestion extends SliceQuestion {
  readonly labelRule: LabelRule;
  readonly negatives: NegativeRule;
  /** Undefined for no split. */
  readonly split: SplitRule | undefined;
  /** Empty for all. */
  readonly featureNames: readonly string[];
}

const MAX_SAMPLED = 100;
const MAX_WINDOW_MS = 30 * 86_400_000;

/** What is wrong with the times of a question. */
export function sliceViolations({ from, to, knownAt }: SliceQuestion): readonly FieldViolation[] {
  const isNoTime = (time: Date | undefined) => time !== undefined && Number.isNaN(time.getTime());
  const wrong = Object.entries({ from, to, known_at: knownAt }).filter(([, time]) => isNoTime(time));
  if (wrong.length > 0) return wrong.map(([field]) => ({ field, description: 'must be a valid time' }));
  const isEmpty = from !== undefined && to !== undefined && from.getTime() >= to.getTime();
  return isEmpty ? [{ field: 'from', description: 'must be before "to"' }] : [];
}

/** What is wrong with a question for labelled examples, all of it. */
export function examplesViolations(question: ExamplesQuestion, vocabulary: LabelVocabulary): readonly FieldViolation[] {
  const { labelRule, negatives, split, featureNames } = question;
  return [
    ...sliceViolations(question),
    ...labelRuleViolations(labelRule, vocabulary),
    ...negativeViolations(negatives),
    ...(split === undefined ? [] : splitViolations(split)),
    ...featureViolations(featureNames),
  ];
}

function negativeViolations({ sampledPerPositive, windowMs }: NegativeRule): FieldViolation[] {
  const violations: FieldViolation[] = [];
  if (sampledPerPositive > MAX_SAMPLED) {
    violations.push({ field: 'negatives.sampled_per_positive', description: `must be at most ${MAX_SAMPLED}` });
  }
  if (!(windowMs >= 1 && windowMs <= MAX_WINDOW_MS)) {
    const description = 'must be from 0.001 seconds to 30 days; 0 for 24 hours';
    violations.push({ field: 'negatives.engagement_window_seconds', description });
  }
  return violations;
}

function splitViolations({ validationShare, testShare }: SplitRule): FieldViolation[] {
  const shares = { 'split.validation_share': validationShare, 'split.test_share': testShare };
  const wrong = Object.entries(shares).filter(([, share]) => !(share >= 0 && share < 1));
  if (wrong.length > 0) return wrong.map(([field]) => ({ field, description: 'must be at least 0 and less than 1' }));
  if (validationShare + testShare < 1) return [];
  return [{ field: 'split', description: 'must leave some examples for training' }];
}

function featureViolations(names: readonly string[]): FieldViolation[] {
  const known = new Set(FEATURES.map(({ name }) => name));
  return names.flatMap((name, index) => {
    const field = `feature_names[${index}]`;
    if (!known.has(name)) return [{ field, description: 'is not a feature; ListFeatures tells which there are' }];
    return names.indexOf(name) === index ? [] : [{ field, description: 'is named twice' }];
  });
}
