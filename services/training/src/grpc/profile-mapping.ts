import type { training } from '@attune/contracts';
import type { ProfilePart } from '../domain/profile-features';
import type { ModelVersionRef } from '../domain/run';
import { toRef } from './evaluation-mapping';

/** A profile for the wire. */
export function toProfile(ref: ModelVersionRef, parts: readonly ProfilePart[]): training.GetFeatureProfileResponse {
  const features = Map.groupBy(parts, ({ feature }) => feature);
  return {
    ref: toRef(ref),
    features: [...features].map(([name, own]) => ({ name, parts: own.map(toPart) })),
  };
}

function toPart({ part, kind, bytes }: ProfilePart): training.FeatureProfilePart {
  return { part, values: { $case: kind === 'numbers' ? 'sketch' : 'counts', value: Buffer.from(bytes) } };
}
