import { toAppError } from '@attune/errors';
import { type Assignment, assignAll, type ExperimentDefinition } from '@attune/experiments';
import type { DegradedStage } from '../domain/decision';
import type { SurfaceVocabulary } from '../domain/surface-settings';
import { surfaceUnder, type VariantEffects, variantEffects } from '../domain/variant-effects';
import type { Experiments } from '../experiment-ports';
import type { ModelKind, ModelShelf } from '../model-ports';
import type { SlatePlan } from '../pipeline/slate-plan';
import type { RecommendQuery } from '../pipeline/slate-request';
import type { Surfaces } from '../ports';
import { planDraft } from './plan-draft';

const STAGE = 'experiments';

/** What planning slates needs. */
export interface PlanSlateParts {
  readonly experiments: Experiments;
  readonly surfaces: Surfaces;
  readonly models: Pick<ModelShelf, 'hasVersion'>;
  readonly vocabulary: SurfaceVocabulary;
}

/** Plans slates. Pure but for what it reads in memory: nothing waits. */
export interface SlatePlanner {
  /** With the experiments that the user is in. The unit is the user; experiments can target by the request's context and `surface`. */
  tried(query: Pick<RecommendQuery, 'userId' | 'surface' | 'context'>, nowMs: number): SlatePlan;
  /** For users who do not take part in experiments. */
  untried(query: Pick<RecommendQuery, 'surface'>): SlatePlan;
  /** For users on whom nothing may be tried at all: no canary, and no place left to chance. */
  keptOut(query: Pick<RecommendQuery, 'surface'>): SlatePlan;
}

/** Makes the planner. */
export function makePlanSlate({ experiments, surfaces, models, vocabulary }: PlanSlateParts): SlatePlanner {
  // Variants are read by many slates and never change; a new version of an experiment has new ones.
  const understood = new WeakMap<object, VariantEffects>();
  const effectsOf = ({ parameters }: Pick<Assignment, 'parameters'>): VariantEffects => {
    const known = understood.get(parameters) ?? variantEffects(parameters, vocabulary);
    understood.set(parameters, known);
    return known;
  };

  function untried({ surface }: Pick<RecommendQuery, 'surface'>): SlatePlan {
    const nothing = { chosen: undefined, draft: undefined, variants: [], parameters: {}, problems: [] };
    return { surface: surfaces.named(surface), versions: { canaries: true, pinned: {} }, ...nothing };
  }

  function under(plan: SlatePlan, assignment: Assignment): SlatePlan {
    const { experimentId, variant } = assignment;
    const effects = effectsOf(assignment);
    const { strategy, settings, passed } = effects;
    const named = effects.surface !== undefined && surfaces.has(effects.surface) ? effects.surface : undefined;
    const pinned = Object.entries(effects.models).filter(([kind, version]) => models.hasVersion(kind, version));
    return {
      ...plan,
      surface: surfaceUnder(plan.surface, named === undefined ? undefined : surfaces.named(named), settings),
      versions: { ...plan.versions, pinned: { ...plan.versions.pinned, ...Object.fromEntries(pinned) } },
      chosen:
        strategy === undefined ? plan.chosen : { strategy, propensity: 1, chosenBy: `experiment:${experimentId}` },
      variants: [...plan.variants, { experimentId, variant }],
      parameters: { ...plan.parameters, ...passed },
      problems: [...plan.problems, ...problemsOf(assignment, effects)],
    };
  }

  function problemsOf({ experimentId, variant }: Assignment, effects: VariantEffects): DegradedStage[] {
    const { surface } = effects;
    const unknown = surface === undefined || surfaces.has(surface) ? [] : [`there is no surface "${surface}"`];
    const missing = Object.entries(effects.models)
      .filter(([kind, version]) => !models.hasVersion(kind as ModelKind, version))
      .map(([kind, version]) => `version ${version} of "${kind}" is not loaded, so the one in production serves`);
    const problems = [...effects.problems, ...unknown, ...missing];
    if (problems.length === 0) return [];
    return [problemOf(experimentId, `variant "${variant}"`, problems)];
  }

  /** A slate that cannot be drafted is made without the experiment, whatever variant the user was given. */
  function drafted(plan: SlatePlan, assignment: Assignment, running: readonly ExperimentDefinition[]): SlatePlan {
    const { experimentId, variant } = assignment;
    const definition = running.find((one) => one.experimentId === experimentId)!;
    const draft = planDraft(definition, effectsOf, plan.surface);
    if (!('teams' in draft)) {
      return { ...plan, problems: [...plan.problems, problemOf(experimentId, 'the draft', draft)] };
    }
    const { strategy } = draft.teams[0];
    const chosen = { strategy, propensity: 1, chosenBy: `experiment:${experimentId}` };
    return { ...plan, draft, chosen, variants: [...plan.variants, { experimentId, variant }] };
  }

  return {
    untried,
    keptOut(query) {
      const { surface, ...plan } = untried(query);
      const exploration = { ...surface.exploration, share: 0 };
      return { ...plan, surface: { ...surface, exploration }, versions: { canaries: false, pinned: {} } };
    },
    tried({ userId, surface, context }, nowMs) {
      const plain = untried({ surface });
      const problem = experiments.problem();
      if (problem !== undefined) return withProblem(plain, problem);
      const unit = { unitId: userId, attributes: { ...context, surface } };
      try {
        const running = experiments.running();
        const assigned = assignAll(running, unit, nowMs);
        const isDraft = ({ kind }: Assignment) => kind === 'interleaving';
        // What names another surface comes first: the settings of other variants then change that one.
        const plan = assigned
          .filter((one) => !isDraft(one))
          .sort(namingFirst)
          .reduce(under, plain);
        return assigned.filter(isDraft).reduce((before, one) => drafted(before, one, running), plan);
      } catch (error) {
        // A definition that this build cannot read keeps nobody from a slate.
        return withProblem(plain, toAppError(error));
      }
    },
  };
}

function problemOf(experimentId: string, what: string, problems: readonly string[]): DegradedStage {
  const message = `${what} of experiment "${experimentId}": ${problems.join('; ')}`;
  return { stage: `${STAGE}/${experimentId}`, code: 'failed_precondition.variant', message };
}

function namingFirst(one: Assignment, other: Assignment): number {
  const names = ({ parameters }: Assignment) => (parameters.surface === undefined ? 1 : 0);
  return names(one) - names(other);
}

function withProblem(plan: SlatePlan, { code, message }: { readonly code: string; readonly message: string }) {
  return { ...plan, problems: [{ stage: STAGE, code, message }] };
}
