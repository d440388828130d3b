import { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import { needsOf } from '../domain/engagement-inputs';
import type { FeatureDescriptions, Waiting } from '../ports';

/** Says whether a model may serve here; throws why not. */
export type CheckModel = (ref: ModelRef, features: readonly string[], waiting: Waiting) => Promise<void>;

/**
 * Makes the check of what a model reads: features that the feature-store does not have would fail the read of every slate. It is tried
 * again, for a feature-store of a later build may have them. While the feature-store cannot be asked, the model is let in: it was
 * trained on features that there were.
 */
export function makeCheckFeatures({ descriptions }: { readonly descriptions: FeatureDescriptions }): CheckModel {
  return async (ref, columns, waiting) => {
    if (columns.length === 0) return;
    const known = await descriptions.all(waiting);
    if (known.size === 0) return;
    const { user, item } = needsOf(columns);
    const unknown = [...user, ...item].filter((name) => !known.has(name));
    if (unknown.length === 0) return;
    const which = `${ref.name} version ${ref.version}`;
    throw new AppError(
      'unavailable.features',
      `${which} reads features that the feature-store does not have: ${unknown.join(', ')}; train it again, or start a feature-store that has them`,
    );
  };
}
