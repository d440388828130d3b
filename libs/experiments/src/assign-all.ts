import { assign, type BucketOf } from './assign';
import { bucketOf } from './bucket-of';
import { claimsOf } from './claims-of';
import type { ExperimentDefinition, ExperimentKind, ExperimentUnit } from './experiment-definition';

/** A unit's variant in one experiment, and what the variant changes. */
export interface Assignment {
  readonly experimentId: string;
  readonly kind: ExperimentKind;
  readonly variant: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Every experiment that a unit is in at a time, the one that started first first (then by id).
 *
 * Two experiments conflict when any of their variants name the same parameter, or ones that decide the same
 * (`claimsOf`). A unit that would be in both is in the one that started first, and not in the other at all. Whole experiments conflict rather than variants, and whole
 * assignments fall away rather than single parameters: so nobody is counted for what they did not see, and who falls
 * away does not depend on the variant, which keeps the split of those who stay. Experiments that should share a
 * parameter belong in one layer.
 *
 * Pass all experiments, also to learn about some: without those that started earlier, the others have more units.
 */
export function assignAll(
  definitions: readonly ExperimentDefinition[],
  unit: ExperimentUnit,
  atMs: number,
): Assignment[] {
  const bucket = rememberingBuckets();
  const assignments: Assignment[] = [];
  const taken = new Set<string>();
  for (const definition of inOrderOfStart(definitions)) {
    const outcome = assign(definition, unit, atMs, bucket);
    if ('outside' in outcome) continue;
    const claims = claimsOf(definition);
    if (claims.some((name) => taken.has(name))) continue;
    for (const name of claims) taken.add(name);
    const { experimentId, kind } = definition;
    assignments.push({ experimentId, kind, ...outcome });
  }
  return assignments;
}

function inOrderOfStart(definitions: readonly ExperimentDefinition[]): ExperimentDefinition[] {
  return [...definitions].sort((a, b) => startOf(a) - startOf(b) || (a.experimentId < b.experimentId ? -1 : 1));
}

/** Finite, so that two without a start differ by 0 and not by NaN. */
function startOf({ startedAtMs, startsAtMs }: ExperimentDefinition): number {
  return startedAtMs ?? startsAtMs ?? Number.MAX_SAFE_INTEGER;
}

/** Hashes each salt once: experiments of one layer ask for the same position. For one unit only. */
function rememberingBuckets(): BucketOf {
  const known = new Map<string, number>();
  return (salt, unitId) => {
    const found = known.get(salt) ?? bucketOf(salt, unitId);
    known.set(salt, found);
    return found;
  };
}
