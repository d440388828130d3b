import { ALS } from './als/als';
import { CONTENT } from './content/content';
import { makeHybrid } from './hybrid/hybrid';
import { ITEM_ITEM } from './item-item/item-item';
import { MF } from './mf/mf';
import type { ModelDefinition } from './model';
import { NEURAL_CF } from './neural-cf/neural-cf';
import { POPULARITY } from './popularity/popularity';

const PARTS = new Map<string, ModelDefinition>([
  [POPULARITY.name, POPULARITY],
  [ALS.name, ALS],
  [MF.name, MF],
  [ITEM_ITEM.name, ITEM_ITEM],
  [CONTENT.name, CONTENT],
  [NEURAL_CF.name, NEURAL_CF],
]);

const HYBRID = makeHybrid(PARTS);

/** Every model by its name, in the order in which they are listed. */
export const MODELS: ReadonlyMap<string, ModelDefinition> = new Map<string, ModelDefinition>([
  ...PARTS,
  [HYBRID.name, HYBRID],
]);
