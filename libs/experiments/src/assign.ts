import { bucketOf } from './bucket-of';
import {
  type ExperimentDefinition,
  type ExperimentUnit,
  type ExperimentVariant,
  saltOf,
} from './experiment-definition';
import { trafficShareAt } from './traffic-share';

/** Why a unit is not in an experiment. The first that holds, in this order. */
export type OutsideReason = 'not_running' | 'not_started' | 'ended' | 'not_targeted' | 'holdout' | 'traffic';

/** A unit's variant and what it changes, or why the unit is not in the experiment. */
export type AssignmentOutcome =
  | { readonly variant: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly outside: OutsideReason };

/** Which number a unit has under a salt. `bucketOf`, or one that remembers. */
export type BucketOf = (salt: string, unitId: string) => number;

/**
 * Which variant of an experiment a unit gets at a time. A pure function: the same answer in every process, and, while
 * the definition stays, at every time but for what its ramp, start and end say. Nested hash layers after Tang et al.
 * 2010 ("Overlapping experiment infrastructure"): three independent hashes decide about holdout, about taking part, and
 * about the variant.
 *
 * In an interleaving experiment the variant says only that the unit takes part: slates are drafted from both variants.
 */
export function assign(
  definition: ExperimentDefinition,
  unit: ExperimentUnit,
  atMs: number,
  bucket: BucketOf = bucketOf,
): AssignmentOutcome {
  const outside = outsideReason(definition, unit, atMs, bucket);
  if (outside !== undefined) return { outside };
  const { name, parameters } = variantAt(definition.variants, bucket(`variant:${saltOf(definition)}`, unit.unitId));
  return { variant: name, parameters };
}

function outsideReason(
  definition: ExperimentDefinition,
  unit: ExperimentUnit,
  atMs: number,
  bucket: BucketOf,
): OutsideReason | undefined {
  const { state, startsAtMs, endsAtMs, holdoutShare, layerStart } = definition;
  if (state !== 'running') return 'not_running';
  if (startsAtMs !== undefined && atMs < startsAtMs) return 'not_started';
  if (endsAtMs !== undefined && atMs >= endsAtMs) return 'ended';
  if (!isTargeted(definition.targeting, unit.attributes)) return 'not_targeted';

  const layer = layerSaltOf(definition);
  if (holdoutShare > 0 && bucket(`holdout:${layer}`, unit.unitId) < holdoutShare) return 'holdout';
  // who is not held out is spread over [0, 1 - holdout), so that a share is one of all eligible units, held out or not
  const position = bucket(layer, unit.unitId) * (1 - holdoutShare);
  // never beyond the reserved range: next to it lies that of another experiment
  const share = Math.min(trafficShareAt(definition, atMs), definition.reservedShare);
  return position >= layerStart && position < layerStart + share ? undefined : 'traffic';
}

/** Names the layer's hash. The prefixes keep a layer and a salt of the same name apart. */
function layerSaltOf(definition: ExperimentDefinition): string {
  return definition.layer === '' ? `own:${saltOf(definition)}` : `layer:${definition.layer}`;
}

function isTargeted(targeting: ExperimentDefinition['targeting'], attributes: ExperimentUnit['attributes']): boolean {
  return Object.keys(targeting).every((name) => attributes[name] === targeting[name]);
}

function variantAt(variants: readonly ExperimentVariant[], bucket: number): ExperimentVariant {
  let end = 0;
  for (const variant of variants) {
    end += variant.weight;
    if (bucket < end) return variant;
  }
  // the weights may add up to a hair below 1: what is left belongs to the last
  return variants[variants.length - 1]!;
}
