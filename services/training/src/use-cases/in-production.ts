import type { ModelVersion } from '../domain/model-version';
import type { ModelRegistry } from '../ports';

/** The version of a model that serves; undefined where none does. */
export async function inProduction(
  registry: Pick<ModelRegistry, 'versions'>,
  model: string,
): Promise<ModelVersion | undefined> {
  const [version] = await registry.versions({ model, stage: 'production', limit: 1 });
  return version;
}
