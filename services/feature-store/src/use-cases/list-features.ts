import { page, pageSize, placeOf } from '@attune/paging';
import { FEATURES, schemaHashOfView } from '../domain/feature-registry';
import type { Feature, FeatureEntity } from '../domain/features/feature';

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

/** Lists feature definitions. */
export function listFeatures({ entity, pageSize: asked, pageToken }: FeaturePageQuestion): FeaturePage {
  const size = pageSize(asked, DEFAULT_PAGE_SIZE);
  const question = `features:${entity ?? ''}`;
  const after = String(placeOf(pageToken, question)?.[0] ?? '');
  const rest = FEATURES.filter((feature) => (entity ?? feature.entity) === feature.entity && feature.name > after).sort(
    (a, b) => (a.name < b.name ? -1 : 1),
  );
  const { rows, nextPageToken } = page(rest, { size, question, placeAfter: ({ name }) => [name] });
  return {
    features: rows.map((feature) => ({ ...feature, schemaHash: schemaHashOfView(feature.view) })),
    nextPageToken,
  };
}
