import { AppError } from '@attune/errors';
import type { ExperimentVariant } from '@attune/experiments';
import type { Experiment } from '../domain/experiment';
import type { ModelMover } from '../ports';

/** A canary never serves more: beyond it stands the promotion. */
const MOST_CANARY_SHARE = 0.5;

/** What a rollout does to the version that it rolls out. Of a rollout without a model, nothing. */
export interface RolloutModel {
  /** Makes the version a canary of the first step, and names it and the one in production in the variants. */
  prepare(experiment: Experiment): Promise<PreparedRollout>;
  /** The canary follows the step. */
  follow(experiment: Experiment, share: number, reason: string): Promise<void>;
  /** Puts the version into production. */
  promote(experiment: Experiment, reason: string): Promise<void>;
  /** Takes the version back where it is still a canary. */
  takeBack(experiment: Experiment, reason: string): Promise<void>;
  /** Whether the version still serves as a canary, or better. False: somebody took it back, as serving does by its own guardrails. */
  isServing(experiment: Experiment): Promise<boolean>;
}

/** A rollout that may start. */
export interface PreparedRollout {
  readonly experiment: Experiment;
  /** Puts the version back to where it was before: somebody else may have made it a canary. */
  undo(): Promise<void>;
}

/** Wires rollouts to the registry of models. */
export function makeRolloutModel(models: ModelMover): RolloutModel {
  return {
    prepare: async (experiment) => {
      const { rollout } = experiment;
      if (rollout === undefined || rollout.model === '') return { experiment, undo: async () => undefined };
      const { model, modelVersion } = rollout;
      const production = await models.productionVersion(model);
      if (production === undefined || production === modelVersion) {
        const what =
          production === undefined ? 'has nothing in production' : `has v${production} in production already`;
        const message = `model "${model}" ${what}, so that v${modelVersion} has nothing to be compared with`;
        throw new AppError('failed_precondition.model', `${message}; promote it with PromoteModel instead`);
      }
      const before = await models.stageOf(model, modelVersion);
      await models.toCanary(model, modelVersion, canaryShare(rollout.steps[0]!), reasonOf(experiment, 'starts'));
      const reason = reasonOf(experiment, 'did not start');
      return {
        experiment: withVersions(experiment, { model, production, canary: modelVersion }),
        undo: () =>
          before.stage === 'canary'
            ? models.toCanary(model, modelVersion, before.canaryShare, reason)
            : models.demote(model, modelVersion, reason),
      };
    },
    follow: (experiment, share, reason) =>
      ofModel(experiment, (model, version) => models.toCanary(model, version, canaryShare(share), reason)),
    promote: (experiment, reason) =>
      ofModel(experiment, (model, version) => models.toProduction(model, version, reason)),
    takeBack: (experiment, reason) =>
      ofModel(experiment, async (model, version) => {
        const { stage } = await models.stageOf(model, version);
        if (stage === 'canary') await models.demote(model, version, reason);
      }),
    isServing: async ({ rollout }) => {
      if (rollout === undefined || rollout.model === '') return true;
      const { stage } = await models.stageOf(rollout.model, rollout.modelVersion);
      return stage === 'canary' || stage === 'production';
    },
  };
}

const canaryShare = (share: number) => Math.min(MOST_CANARY_SHARE, share);

async function ofModel(
  { rollout }: Experiment,
  work: (model: string, version: number) => Promise<void>,
): Promise<void> {
  if (rollout !== undefined && rollout.model !== '') await work(rollout.model, rollout.modelVersion);
}

/** Both variants say which version serves them: else the control would meet the canary by chance, whose share follows the steps. */
function withVersions(
  experiment: Experiment,
  { model, production, canary }: { readonly model: string; readonly production: number; readonly canary: number },
): Experiment {
  const [control, treatment] = experiment.definition.variants;
  const named = (variant: ExperimentVariant, version: number): ExperimentVariant => ({
    ...variant,
    parameters: { [`model.${model}`]: String(version), ...variant.parameters },
  });
  const variants = [named(control!, production), named(treatment!, canary)];
  return { ...experiment, definition: { ...experiment.definition, variants } };
}

/** Why a version is moved, for the history of the model. */
export function reasonOf({ definition }: Experiment, what: string): string {
  return `rollout "${definition.experimentId}" ${what}`;
}
