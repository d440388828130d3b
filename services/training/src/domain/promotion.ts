import { AppError } from '@attune/errors';
import type { Comparison, Evaluation, MetricEstimate } from './evaluation';
import type { ModelVersion } from './model-version';
import type { PromotionGrounds } from './promotion-grounds';
import { checkTerms, type PromotionTerms } from './promotion-terms';

/** Who wants to go into production, who is there, and what is known of it. */
export interface PromotionCase {
  readonly version: ModelVersion;
  readonly champion?: ModelVersion;
  /** Of the version, newest first. */
  readonly evaluations: readonly Evaluation[];
  /** With the metric filled in. */
  readonly terms: PromotionTerms;
}

/** Intervals over fewer users than this are too narrow to be believed (bootstrap of small samples). */
const LEAST_USERS = 30;

/** With less than this share of the interactions, the same settings do not make the same model. */
const LEAST_SHARE = 0.5;

/** The model that is itself what others are compared with. */
const BASELINE_KIND = 'popularity';

/**
 * Decides whether a version may go into production, and says why. It may when somebody overrides with a reason; when the same recipe
 * was trained on other data; or when the gain over what is in production (over popularity, for a first version) is above zero, or
 * above minus the margin, with the whole of its 95 % interval. The first version of popularity has nothing to beat.
 * Throws `failed_precondition.*` with what is missing and what to do.
 */
export function judgePromotion(one: PromotionCase): PromotionGrounds {
  const { version, champion, terms } = one;
  checkTerms(terms);
  if (terms.override) return { rule: 'override', summary: `overridden: ${terms.reason}` };
  if (champion === undefined && version.kind === BASELINE_KIND) {
    return { rule: 'baseline', summary: 'the first version of what every other model is compared with' };
  }
  const { evaluation, comparison } = findEvidence(one);
  const rule = comparison.method === 'same_recipe' ? 'same_recipe' : champion === undefined ? 'first' : 'better';
  const grounds = groundsOf(rule, one, evaluation, comparison);
  if (rule === 'same_recipe') {
    requireNoLessData(version, champion!);
    return grounds;
  }
  requireFair(evaluation, version);
  if (grounds.gain === undefined) {
    const known = comparison.gains.map(({ name }) => name).join(', ');
    throw refused(
      'metric_not_measured',
      `the evaluation of ${nameOf(version)} has no "${terms.metric}" by user; it has ${known}`,
    );
  }
  if (grounds.gain.low > -terms.nonInferiorityMargin) return grounds;
  throw refused('not_better', `${nameOf(version)} is not shown to be better: ${grounds.summary}`);
}

interface Evidence {
  readonly evaluation: Evaluation;
  readonly comparison: Comparison;
}

/** The newest evaluation that compares with what is in production, or a baseline where nothing is; one without caveat if there is one. */
export function findEvidence({ version, champion, evaluations, terms }: PromotionCase): Evidence {
  const { evaluationId } = terms;
  const wanted =
    evaluationId === undefined ? evaluations : evaluations.filter((one) => one.evaluationId === evaluationId);
  if (evaluationId !== undefined && wanted.length === 0) {
    throw new AppError('not_found.evaluation', `${nameOf(version)} has no evaluation "${evaluationId}"`);
  }
  const isRival = ({ opponent, method }: Comparison) =>
    champion === undefined ? method === 'baseline' : opponent === String(champion.ref.version);
  const found = wanted.flatMap((evaluation) => {
    const comparison = evaluation.comparisons.find(isRival);
    return comparison === undefined ? [] : [{ evaluation, comparison }];
  });
  const best = found.find(({ evaluation }) => evaluation.caveat === '') ?? found[0];
  if (best !== undefined) return best;
  const rival = champion === undefined ? 'a baseline' : nameOf(champion);
  throw refused(
    'no_evaluation',
    `no evaluation compares ${nameOf(version)} with ${rival}: ask for one (EvaluateModel, "attune models evaluate")`,
  );
}

// The same settings say nothing when the data became much less: a short time span, or half of the history lost.
function requireNoLessData(version: ModelVersion, champion: ModelVersion): void {
  const because = `the settings are those of ${nameOf(champion)}, but ${nameOf(version)} was trained on`;
  const otherwise = 'ask for an evaluation on what happened since (EvaluateModel, "attune models evaluate")';
  if (version.trainedTo < champion.trainedTo) throw refused('older_data', `${because} older data: ${otherwise}`);
  const [has, had] = [version.metrics.interactions, champion.metrics.interactions];
  if (has === undefined || had === undefined || has >= LEAST_SHARE * had) return;
  throw refused('less_data', `${because} ${has} interactions instead of ${had}: ${otherwise}`);
}

/** Throws where an evaluation proves nothing. */
export function requireFair({ caveat, userCount }: Evaluation, version: ModelVersion): void {
  if (caveat !== '')
    throw refused('evaluation_not_fair', `the evaluation of ${nameOf(version)} proves nothing: ${caveat}`);
  if (userCount >= LEAST_USERS) return;
  throw refused(
    'too_few_users',
    `the evaluation of ${nameOf(version)} asked about ${userCount} users, and fewer than ${LEAST_USERS} prove nothing`,
  );
}

/** What let a version in, for the history. */
export function groundsOf(
  rule: 'better' | 'same_recipe' | 'first' | 'not_worse',
  { version, terms }: PromotionCase,
  evaluation: Evaluation,
  comparison: Comparison,
): PromotionGrounds {
  const of = (estimates: readonly MetricEstimate[]) => estimates.find(({ name }) => name === terms.metric);
  const [value, opponentValue, gain] = [of(evaluation.metrics), of(comparison.metrics), of(comparison.gains)];
  const rival =
    comparison.method === 'baseline'
      ? `plain ${comparison.opponent.replaceAll('_', ' ')}`
      : `${version.ref.model} v${comparison.opponent}`;
  const summary =
    rule === 'same_recipe'
      ? `the settings of ${rival}, trained on data set ${evaluation.datasetId.slice(0, 12)}`
      : summaryOf({ terms, rival, value, opponentValue, gain, userCount: evaluation.userCount });
  return {
    ...{ rule, summary, opponent: comparison.opponent },
    ...{ evaluationId: evaluation.evaluationId, datasetId: evaluation.datasetId },
    nonInferiorityMargin: terms.nonInferiorityMargin,
    ...(value && { value }),
    ...(opponentValue && { opponentValue }),
    ...(gain && { gain }),
  };
}

function summaryOf(one: {
  readonly terms: PromotionTerms;
  readonly rival: string;
  readonly value: MetricEstimate | undefined;
  readonly opponentValue: MetricEstimate | undefined;
  readonly gain: MetricEstimate | undefined;
  readonly userCount: number;
}): string {
  const { terms, rival, value, opponentValue, gain, userCount } = one;
  const margin = terms.nonInferiorityMargin > 0 ? `, ${terms.nonInferiorityMargin} less is allowed` : '';
  return (
    `${terms.metric} ${short(value?.value)} against ${short(opponentValue?.value)} of ${rival}, gain ${signed(gain?.value)} ` +
    `(${signed(gain?.low)} to ${signed(gain?.high)}) over ${userCount} users${margin}`
  );
}

/** A version as people name it. */
export function nameOf({ ref }: ModelVersion): string {
  return `${ref.model} v${ref.version}`;
}

function short(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

function signed(value: number | undefined): string {
  return value === undefined ? '?' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

/** A refusal that says how to go on. */
export function refused(subject: string, message: string): AppError {
  const otherwise = 'an override with a reason promotes it anyway';
  return new AppError(`failed_precondition.${subject}`, `${message}; ${otherwise}`);
}
