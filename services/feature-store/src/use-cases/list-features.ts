import { FEATURES, VIEWS } from '../domain/feature-registry';
import type { Feature, FeatureEntity } from '../domain/features/feature';
import { afterOf, pageToken } from '../domain/page-token';
import { requireNone } from '../domain/request-size';

/** Which page of which features. */
export interface FeaturePageQuestion {
  /** Undefined for all entities. */
  readonly entity: FeatureEntity | undefined;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** A page of feature definitions in the order of their names. */
export interface FeaturePage {
  readonly features: readonly (Feature & { readonly schemaHash: string })[];
  readonly nextPageToken: string;
}

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1_000;

/** Lists feature definitions. */
export function listFeatures({ entity, pageSize, pageToken: token }: FeaturePageQuestion): FeaturePage {
  requireNone(pageSize < 0 ? [{ field: 'page_size', description: 'must not be negative' }] : []);
  const question = `features:${entity ?? ''}`;
  const after = afterOf(token, question);
  const size = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const rest = FEATURES.filter((feature) => (entity ?? feature.entity) === feature.entity && feature.name > after).sort(
    (a, b) => (a.name < b.name ? -1 : 1),
  );
  const features = rest.slice(0, size).map((feature) => ({ ...feature, schemaHash: VIEWS[feature.entity].schemaHash }));
  const nextPageToken = rest.length > size ? pageToken({ after: features.at(-1)!.name, question }) : '';
  return { features, nextPageToken };
}
