import { AppError } from '@attune/errors';
import { type Evaluation, type MetricEstimate, POPULARITY } from './evaluation';
import type { ModelVersion } from './model-version';
import type { PromotionGrounds } from './promotion-grounds';

/** What decides whether a version may go into production. */
export interface PromotionTerms {
  /** Empty for the model's own. */
  readonly metric: string;
  /** How far below zero the lower end of the gain's interval may lie, in units of the metric. */
  readonly nonInferiorityMargin: number;
  readonly override: boolean;
  readonly reason: string;
  /** The evaluation to go by; absent for the newest that compares with what is in production. */
  readonly evaluationId?: string;
}

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

/** The terms of a caller who gives none. */
export const DEFAULT_TERMS: PromotionTerms = { metric: '', nonInferiorityMargin: 0, override: false, reason: '' };

/** Throws `invalid.promotion` with every term that makes no sense. */
export function checkTerms({ nonInferiorityMargin, override, reason }: PromotionTerms): void {
  const violations = [
    ...(nonInferiorityMargin >= 0 && Number.isFinite(nonInferiorityMargin)
      ? []
      : [{ field: 'non_inferiority_margin', description: 'must be a number from 0, in units of the metric' }]),
    ...(override && reason.trim() === ''
      ? [{ field: 'reason', description: 'an override needs a reason; it stays in the history' }]
      : []),
  ];
  if (violations.length > 0) {
    throw new AppError('invalid.promotion', violations.map((one) => `${one.field}: ${one.description}`).join('; '), {
      violations,
    });
  }
}

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
  if (champion === undefined && version.kind === POPULARITY) {
    return { rule: 'baseline', summary: 'the first version of what every other model is compared with' };
  }
  const opponent = champion === undefined ? POPULARITY : String(champion.ref.version);
  const evaluation = evaluationAgainst(opponent, one);
  const comparison = evaluation.comparisons.find((other) => other.opponent === opponent)!;
  if (comparison.method === 'same_recipe') return grounds('same_recipe', one, evaluation, opponent);
  requireFair(evaluation, version);
  const found = grounds(champion === undefined ? 'first' : 'better', one, evaluation, opponent);
  if (found.gain === undefined) {
    const known = comparison.gains.map(({ name }) => name).join(', ');
    throw refused(
      'metric_not_measured',
      `the evaluation of ${nameOf(version)} has no "${terms.metric}" by user; it has ${known}`,
    );
  }
  if (found.gain.low > -terms.nonInferiorityMargin) return found;
  throw refused(
    'not_better',
    `${nameOf(version)} is not shown to be better than ${named(opponent, version)}: ${found.summary}`,
  );
}

function evaluationAgainst(opponent: string, { version, evaluations, terms }: PromotionCase): Evaluation {
  const { evaluationId } = terms;
  const wanted =
    evaluationId === undefined ? evaluations : evaluations.filter((one) => one.evaluationId === evaluationId);
  if (evaluationId !== undefined && wanted.length === 0) {
    throw new AppError('not_found.evaluation', `${nameOf(version)} has no evaluation "${evaluationId}"`);
  }
  const matching = wanted.filter(({ comparisons }) => comparisons.some((one) => one.opponent === opponent));
  const found = matching.find(({ caveat }) => caveat === '') ?? matching[0];
  if (found !== undefined) return found;
  throw refused(
    'no_evaluation',
    `no evaluation compares ${nameOf(version)} with ${named(opponent, version)}: ask for one (EvaluateModel, "attune models evaluate")`,
  );
}

function requireFair({ caveat, userCount }: Evaluation, version: ModelVersion): void {
  if (caveat !== '')
    throw refused('evaluation_not_fair', `the evaluation of ${nameOf(version)} proves nothing: ${caveat}`);
  if (userCount >= LEAST_USERS) return;
  throw refused(
    'too_few_users',
    `the evaluation of ${nameOf(version)} asked about ${userCount} users, and fewer than ${LEAST_USERS} prove nothing`,
  );
}

function grounds(
  rule: 'better' | 'same_recipe' | 'first',
  { version, terms }: PromotionCase,
  evaluation: Evaluation,
  opponent: string,
): PromotionGrounds {
  const { metrics, gains } = evaluation.comparisons.find((other) => other.opponent === opponent)!;
  const of = (estimates: readonly MetricEstimate[]) => estimates.find(({ name }) => name === terms.metric);
  const [value, opponentValue, gain] = [of(evaluation.metrics), of(metrics), of(gains)];
  const rival = named(opponent, version);
  const summary =
    rule === 'same_recipe'
      ? `the settings of ${rival}, trained on other data (data set ${evaluation.datasetId.slice(0, 12)})`
      : summaryOf({ terms, rival, value, opponentValue, gain, userCount: evaluation.userCount });
  return {
    ...{ rule, summary, opponent, evaluationId: evaluation.evaluationId, datasetId: evaluation.datasetId },
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

function named(opponent: string, { ref }: ModelVersion): string {
  return opponent === POPULARITY ? 'plain popularity' : `${ref.model} v${opponent}`;
}

function nameOf({ ref }: ModelVersion): string {
  return `${ref.model} v${ref.version}`;
}

function short(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

function signed(value: number | undefined): string {
  return value === undefined ? '?' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

function refused(subject: string, message: string): AppError {
  const otherwise = 'an override with a reason promotes it anyway';
  return new AppError(`failed_precondition.${subject}`, `${message}; ${otherwise}`);
}
