import { AppError } from '@attune/errors';
import type { ModelStage, ModelVersion } from './model-version';

/**
 * Which stages a version may go to from where it stands. It may skip rungs and step back, but what serves leaves production only when
 * another version takes its place (PromoteModel of that one, or RollbackModel): serving would keep it anyway.
 */
const MOVES: Readonly<Record<ModelStage, readonly ModelStage[]>> = {
  candidate: ['shadow', 'canary', 'production', 'retired'],
  shadow: ['candidate', 'canary', 'production', 'retired'],
  canary: ['candidate', 'shadow', 'production', 'retired'],
  production: [],
  retired: ['candidate', 'shadow', 'canary', 'production'],
};

/** Throws `failed_precondition.stage` when the version may not be moved there. Where it stands already it may stay. */
export function requireMove({ ref, stage }: ModelVersion, to: ModelStage): void {
  if (stage === to || MOVES[stage].includes(to)) return;
  const name = `${ref.model} v${ref.version}`;
  throw new AppError(
    'failed_precondition.stage',
    `${name} is in production and leaves it when another version takes its place: promote that one, or roll back`,
  );
}
