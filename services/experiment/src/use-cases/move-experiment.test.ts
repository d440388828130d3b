import type { Experiment } from '../domain/experiment';
import type { ExperimentStore, ModelMover, ModelStageView } from '../ports';
import { makeMoveExperiment } from './move-experiment';
import { makeRolloutModel } from './rollout-model';

const VARIANTS = ['control', 'treatment'].map((name) => ({ name, weight: 0.5, parameters: {} }));
const DRAFT: Experiment = {
  definition: {
    ...{ experimentId: 'r', kind: 'rollout', state: 'draft', layer: '', targeting: {}, ramp: [], variants: VARIANTS },
    ...{ trafficShare: 0.1, holdoutShare: 0, layerStart: 0, reservedShare: 0.1, version: 1 },
    ...{ primaryMetric: 'click_rate', secondaryMetrics: [], guardrails: [] },
  },
  ...{ hypothesis: '', stopsByItself: false, createdAtMs: 0 },
  rollout: { ...{ steps: [0.1], minStepSeconds: 0, minUnits: 0, step: 0 }, model: 'als', modelVersion: 3 },
};

/** Starts the draft where the store refuses, the version having stood like this before. Returns where it stands then. */
async function failToStart(before: ModelStageView): Promise<ModelStageView> {
  let now = before;
  const models: ModelMover = {
    productionVersion: async () => 2,
    stageOf: async () => now,
    toCanary: async (_model, _version, canaryShare) => {
      now = { stage: 'canary', canaryShare };
    },
    toProduction: async () => {
      now = { stage: 'production', canaryShare: 0 };
    },
    demote: async () => {
      now = { stage: 'candidate', canaryShare: 0 };
    },
  };
  const experiments = {
    get: async () => DRAFT,
    change: async () => {
      throw new Error('the layer is full');
    },
  } as unknown as ExperimentStore;
  const { start } = makeMoveExperiment({
    ...{ experiments, rolloutModel: makeRolloutModel(models), takeBackModels: async () => undefined },
    ...{ afterChange: async () => undefined, clock: () => new Date(0) },
  });
  await expect(start({ experimentId: 'r', actor: 'ann', reason: '' })).rejects.toThrow('the layer is full');
  return now;
}

describe('a rollout that cannot start', () => {
  it('leaves the version as it was: a canary that an operator made keeps its share', async () => {
    expect(await failToStart({ stage: 'canary', canaryShare: 0.3 })).toEqual({ stage: 'canary', canaryShare: 0.3 });
    expect(await failToStart({ stage: 'candidate', canaryShare: 0 })).toMatchObject({ stage: 'candidate' });
  });
});
