import { AppError } from '@attune/errors';

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
