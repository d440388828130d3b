import { MODELS } from '@attune/recommenders';

/** Settings with the seed, where the model has one and none is given. */
export function settingsFor(
  model: string,
  settings: Readonly<Record<string, unknown>>,
  seed: number,
): Readonly<Record<string, unknown>> {
  if (settings.seed !== undefined || !MODELS.get(model)?.settings.safeParse({ seed }).success) return settings;
  return { ...settings, seed };
}
