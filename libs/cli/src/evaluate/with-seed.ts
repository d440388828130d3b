import type { ModelDefinition } from '@attune/recommenders';

/** Settings with the seed, where the model has one and none is given. */
export function withSeed(
  { settings: schema }: Pick<ModelDefinition, 'settings'>,
  settings: Readonly<Record<string, unknown>>,
  seed: number,
): Readonly<Record<string, unknown>> {
  if (settings.seed !== undefined || !schema.safeParse({ seed }).success) return settings;
  return { ...settings, seed };
}
