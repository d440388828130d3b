import { canonicalJson } from '@attune/onnx';
import type { EngagementDefinition, ModelDefinition } from '@attune/recommenders';

type Settings = Readonly<Record<string, unknown>>;

/** The version in production by its recipe. */
export interface Champion {
  readonly version: number;
  readonly settings: Settings;
}

/** How the version in production answers what a training is asked: as the training's own model, or trained by its own settings. */
export type ChampionRecipe =
  | { readonly name: string; readonly method: 'same_recipe' }
  | { readonly name: string; readonly method: 'recipe'; readonly settings: Settings };

/** The recipe beside which a training is measured; undefined where nothing serves, or where its settings mean nothing any more. */
export function championRecipe(
  definition: Pick<ModelDefinition, 'settings'> | Pick<EngagementDefinition, 'settings'>,
  champion: Champion | undefined,
  settings: Settings,
): ChampionRecipe | undefined {
  if (champion === undefined) return undefined;
  const name = String(champion.version);
  const parsed = definition.settings.safeParse(champion.settings);
  if (!parsed.success) return undefined;
  return canonicalJson(recipeOf({ ...parsed.data })) === canonicalJson(recipeOf(settings))
    ? { name, method: 'same_recipe' }
    : { name, method: 'recipe', settings: { ...parsed.data } };
}

/** When tastes shifted is a fact about the data, as the data set itself is: two versions that were told otherwise have one recipe. */
function recipeOf({ tastesSince: _, ...recipe }: Settings): Settings {
  return recipe;
}
