import { type Client, common, type featureStore } from '@attune/contracts';
import type { FeatureTable } from './interactions-file';

const IDS_PER_CALL = 500;

/** Feature values by entity, undefined where the store says that there is none. */
export async function readFeatures(
  client: Client<typeof featureStore.FeatureStoreServiceService>,
  entity: 'users' | 'items',
  question: { readonly ids: readonly string[]; readonly names: readonly string[] },
): Promise<FeatureTable> {
  const entityType = entity === 'users' ? common.EntityType.USER : common.EntityType.ITEM;
  const found = new Map<string, Record<string, number | undefined>>();
  for (let at = 0; at < question.ids.length; at += IDS_PER_CALL) {
    const entityIds = question.ids.slice(at, at + IDS_PER_CALL);
    const { rows } = await client.getFeatures({
      entityType,
      entityIds,
      pairs: [],
      featureNames: [...question.names],
      withVersions: false,
    });
    for (const { entityId, values } of rows) {
      const entries = values.map(({ name, value }) => [name, value?.$case === 'number' ? value.value : undefined]);
      found.set(entityId, Object.fromEntries(entries));
    }
  }
  return found;
}
