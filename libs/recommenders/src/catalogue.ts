import { ALS } from './als/als';
import type { ModelDefinition } from './model';
import { POPULARITY } from './popularity/popularity';

/** Every model by its name, in the order in which they are listed. */
export const MODELS: ReadonlyMap<string, ModelDefinition> = new Map<string, ModelDefinition>([
  [POPULARITY.name, POPULARITY],
  [ALS.name, ALS],
]);
