import { createHash } from 'node:crypto';
import type { Part } from './blocks/part';
import { type Feature, NEVER, type ViewName } from './features/feature';

/** A feature with where its slots begin in the states of its view. */
export interface PlacedFeature {
  readonly feature: Feature;
  readonly at: number;
  /** Where the time of the last observed event stands, for features with a time to live; -1 for others. */
  readonly observedAt: number;
}

/** The features and parts that are kept together in one packed state per entity. */
export interface FeatureView {
  readonly name: ViewName;
  /** In the order of their names, which is the order of their slots. */
  readonly features: readonly PlacedFeature[];
  readonly parts: readonly Part[];
  /** Copied for every new state; nobody changes it. */
  readonly initialSlots: Float64Array;
  /** 16 hexadecimal digits over names, versions, types, slots and parts: equal hashes read each other's states. */
  readonly schemaHash: string;
  readonly schemaBytes: Buffer;
}

/** Composes the features of a view. Two of one name would overwrite each other, so that throws. */
export function makeView(name: ViewName, all: readonly Feature[], parts: readonly Part[]): FeatureView {
  const own = all.filter(({ view }) => view === name).sort((a, b) => (a.name < b.name ? -1 : 1));
  const initialSlots: number[] = [];
  const features = own.map((feature, index): PlacedFeature => {
    if (own[index + 1]?.name === feature.name) throw new Error(`two features are called ${feature.name}`);
    const at = initialSlots.length;
    initialSlots.push(...feature.initial);
    const observedAt = feature.timeToLiveSeconds > 0 ? initialSlots.push(NEVER) - 1 : -1;
    return { feature, at, observedAt };
  });
  const schemaHash = schemaHashOf([
    ...own.map((one) => [one.name, one.version, one.valueType, one.timeToLiveSeconds > 0, one.initial]),
    ...parts.map((part) => [part.name, part.version]),
  ]);
  return {
    name,
    features,
    parts,
    initialSlots: Float64Array.from(initialSlots),
    schemaHash,
    schemaBytes: Buffer.from(schemaHash, 'hex'),
  };
}

/** 16 hexadecimal digits of SHA-256 over what makes a schema. */
export function schemaHashOf(schema: unknown): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
}
