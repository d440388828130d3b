import { isAppError } from '@attune/errors';
import { STRATEGIES, type Strategy, type Surface } from './surface';
import type { SurfaceSettings } from './surface-schema';
import { completeSurface, parseSurfaceSettings, type SurfaceVocabulary } from './surface-settings';

/** What a variant of an experiment changes about slates. */
export interface VariantEffects {
  /** The strategy that ranks, whatever the surface or a policy would choose. */
  readonly strategy: Strategy | undefined;
  /** The surface whose configuration is used instead. */
  readonly surface: string | undefined;
  /** Settings of the surface that are different. */
  readonly settings: SurfaceSettings;
  /** The version of each kind of model that serves. */
  readonly models: Readonly<Record<string, string>>;
  /** Parameters that mean nothing to serving: for the product. */
  readonly passed: Readonly<Record<string, string>>;
  /** What could not be understood, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * The parameters of a variant: `strategy`, `policy`, `surface`, `surface.<setting>` (JSON) and `model.<kind>`; all others are passed
 * through. What cannot be understood changes nothing and is a problem: an experiment never keeps anybody from a slate.
 */
export function variantEffects(
  parameters: Readonly<Record<string, string>>,
  vocabulary: SurfaceVocabulary,
): VariantEffects {
  let strategy: Strategy | undefined;
  let surface: string | undefined;
  let settings: SurfaceSettings = {};
  const models: Record<string, string> = {};
  const passed: Record<string, string> = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (name === 'strategy') {
      strategy = STRATEGIES.find((own) => own === value);
      if (strategy === undefined) problems.push(`strategy "${value}" is none; there are ${STRATEGIES.join(', ')}`);
    } else if (name === 'surface') surface = value;
    else if (name.startsWith('model.')) models[name.slice('model.'.length)] = value;
    else if (name === 'policy' || name.startsWith('surface.')) {
      const found = settingOf(name, value, vocabulary);
      if (typeof found === 'string') problems.push(found);
      else settings = { ...settings, ...found };
    } else passed[name] = value;
  }
  return { strategy, surface, settings, models, passed, problems };
}

/** The setting that a parameter gives, or what is wrong with it. */
function settingOf(name: string, value: string, vocabulary: SurfaceVocabulary): SurfaceSettings | string {
  const setting = name === 'policy' ? name : name.slice('surface.'.length);
  try {
    return parseSurfaceSettings({ [setting]: name === 'policy' ? value : JSON.parse(value) }, vocabulary);
  } catch (error) {
    return isAppError(error) ? `${name}: ${error.message}` : `${name} is no JSON`;
  }
}

/** The surface with what a variant changes; `named` is the surface that the variant names, where it names one that there is. */
export function surfaceUnder(base: Surface, named: Surface | undefined, settings: SurfaceSettings): Surface {
  const { version, ...rest } = named ?? base;
  return completeSurface({ name: base.name, version, settings }, { version, ...rest });
}
