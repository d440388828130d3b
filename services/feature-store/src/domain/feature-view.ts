import { createHash } from 'node:crypto';
import type { Feature, FeatureEntity } from './features/feature';

/** The features of one kind of entity, composed into one state. */
export interface FeatureView {
  readonly entity: FeatureEntity;
  /** In the order of their names, which is the order of their slots. */
  readonly features: readonly Feature[];
  /** The first slot of each feature. */
  readonly offsets: readonly number[];
  readonly slotCount: number;
  /** 16 hexadecimal digits over names, versions, types and slots: equal hashes read each other's states. */
  readonly schemaHash: string;
}

/** Composes the features of an entity. Two of one name would overwrite each other, so that throws. */
export function makeView(entity: FeatureEntity, all: readonly Feature[]): FeatureView {
  const features = all.filter((feature) => feature.entity === entity).sort((a, b) => (a.name < b.name ? -1 : 1));
  const offsets: number[] = [];
  let slotCount = 0;
  features.forEach((feature, index) => {
    if (features[index + 1]?.name === feature.name) throw new Error(`two features are called ${feature.name}`);
    offsets.push(slotCount);
    slotCount += feature.initial.length;
  });
  return { entity, features, offsets, slotCount, schemaHash: schemaHash(features) };
}

function schemaHash(features: readonly Feature[]): string {
  const schema = features.map(({ name, version, valueType, initial }) => [name, version, valueType, initial]);
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}
