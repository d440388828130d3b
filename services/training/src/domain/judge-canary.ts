import { AppError } from '@attune/errors';
import { findEvidence, groundsOf, nameOf, type PromotionCase, refused, requireFair } from './promotion';
import type { PromotionGrounds } from './promotion-grounds';
import { checkTerms } from './promotion-terms';

/**
 * Decides whether a version may serve a share of the users, and says why. A canary is how people get to say what no evaluation can, so
 * it need not be shown to be better: it may where a fair evaluation compares it with production and does not show it to be worse (the
 * whole 95 % interval of the gain below zero, or below minus the margin), where it is the recipe in production with other data, or by an
 * override with a reason. Throws `failed_precondition.*` with what is missing and what to do.
 */
export function judgeCanary(one: PromotionCase): PromotionGrounds {
  const { version, champion, terms } = one;
  checkTerms(terms);
  if (champion === undefined) {
    const message = `no version of ${version.ref.model} is in production, and a canary needs one to be compared with`;
    throw new AppError('failed_precondition.no_production', `${message}: promote one to production first`);
  }
  if (terms.override) return { rule: 'override', summary: `overridden: ${terms.reason}` };
  const { evaluation, comparison } = findEvidence(one);
  if (comparison.method === 'same_recipe') return groundsOf('same_recipe', one, evaluation, comparison);
  const grounds = groundsOf('not_worse', one, evaluation, comparison);
  requireFair(evaluation, version);
  if (grounds.gain === undefined) {
    throw refused('metric_not_measured', `the evaluation of ${nameOf(version)} has no "${terms.metric}" by user`);
  }
  if (grounds.gain.high >= -terms.nonInferiorityMargin) return grounds;
  throw refused('shown_worse', `${nameOf(version)} is shown to be worse: ${grounds.summary}`);
}
