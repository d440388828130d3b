import { AppError } from '@attune/errors';
import type { ModelStage, ModelVersion } from './model-version';

/** The share of the users whom a canary serves where nobody says. */
const DEFAULT_CANARY_SHARE = 0.05;
/** More than half of the users would make the canary the rule and production the exception. */
const MAX_CANARY_SHARE = 0.5;

/** How many versions of a model may be on trial at once. Each costs the memory of a whole model in every replica. */
const ROOM: Readonly<Partial<Record<ModelStage, number>>> = { canary: 1, shadow: 2 };

/**
 * The share that a version gets with a stage; undefined for stages other than canary. `asked` is 0 where nobody says: a version that is
 * a canary already keeps its share then. Throws `invalid.canary_share`.
 */
export function canaryShareOf(to: ModelStage, asked: number, now?: ModelVersion): number | undefined {
  if (to !== 'canary') {
    if (asked !== 0) throw invalidShare(`is ${asked}: only a canary serves a share of the users`);
    return undefined;
  }
  if (asked === 0) return now?.canaryShare ?? DEFAULT_CANARY_SHARE;
  if (asked > 0 && asked <= MAX_CANARY_SHARE) return asked;
  throw invalidShare(`is ${asked}: a number above 0 and at most ${MAX_CANARY_SHARE} is needed`);
}

/** Throws where the stage has no room for another version of the model. `standing` are those that are on trial. */
export function requireRoom(version: ModelVersion, to: ModelStage, standing: readonly ModelVersion[]): void {
  const there = standing.filter(({ stage, ref }) => stage === to && ref.version !== version.ref.version);
  if (there.length < (ROOM[to] ?? Number.POSITIVE_INFINITY)) return;
  const names = there.map(({ ref }) => `${ref.model} v${ref.version}`).join(' and ');
  throw new AppError(
    `failed_precondition.${to}_taken`,
    `${names} ${there.length === 1 ? `is the ${to}` : `are ${to}s`} already, and there is no room for more: ` +
      `move ${there.length === 1 ? 'it' : 'one'} to another stage first, for instance back to candidate`,
  );
}

function invalidShare(description: string): AppError {
  return new AppError('invalid.canary_share', `canary_share ${description}`, {
    violations: [{ field: 'canary_share', description }],
  });
}
