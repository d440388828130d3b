import type { ModelDefinition } from './model';

/** Every model by its name, in the order in which they are listed. */
export const MODELS: ReadonlyMap<string, ModelDefinition> = new Map<string, ModelDefinition>();
