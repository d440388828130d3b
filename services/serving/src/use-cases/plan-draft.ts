import type { ExperimentDefinition } from '@attune/experiments';
import { mostProbableStrategy } from '../domain/most-probable-strategy';
import type { Surface } from '../domain/surface';
import { surfaceUnder, type VariantEffects } from '../domain/variant-effects';
import type { Draft, Team } from '../pipeline/fill-slate';

/** Settings that say how candidates are ranked and selected: two rankings of one slate may differ by them, and by no others. */
const TEAM_SETTINGS: readonly string[] = ['blends', 'rules', 'engagementShare', 'engagementValues', 'diversity'];

/** A definition of an experiment that interleaves, as far as its teams go. */
export type Interleaving = Pick<ExperimentDefinition, 'experimentId' | 'variants'>;

/**
 * How a slate is drafted from the two variants of an experiment, or why it cannot be: both rank the same candidates, so a variant may
 * change the strategy and what ranks and selects, and nothing that is of the whole slate. `base` is the surface as the user's other
 * experiments have it; none of those chooses a strategy, nor drafts (`assignAll`).
 */
export function planDraft(
  { experimentId, variants }: Interleaving,
  effectsOf: (variant: Interleaving['variants'][number]) => VariantEffects,
  base: Surface,
): Draft | readonly string[] {
  const [one, other] = variants;
  if (one === undefined || other === undefined) return ['a draft needs two variants'];
  const problems = [one, other].flatMap((variant) => teamProblems(effectsOf(variant)));
  if (problems.length > 0) return problems;
  const teamOf = (variant: Interleaving['variants'][number]): Team => {
    const { strategy, settings } = effectsOf(variant);
    const surface = surfaceUnder(base, undefined, settings);
    return { variant: variant.name, strategy: strategy ?? mostProbableStrategy(surface), surface };
  };
  return { experimentId, teams: [teamOf(one), teamOf(other)] };
}

function teamProblems({ surface, settings, models, passed, problems }: VariantEffects): string[] {
  const shared = [
    ...(surface === undefined ? [] : ['surface']),
    ...Object.keys(settings).filter((name) => !TEAM_SETTINGS.includes(name)),
    ...Object.keys(models).map((kind) => `model.${kind}`),
    ...Object.keys(passed),
  ];
  return [...problems, ...shared.map((name) => `"${name}" is of the whole slate, so two rankings cannot differ by it`)];
}
