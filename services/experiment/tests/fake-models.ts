import { AppError } from '@attune/errors';
import type { ModelMover, ModelStageView } from '../src/ports';

/** A registry of models in memory, which a test can look into and change behind the service's back. */
export interface FakeModels extends ModelMover {
  put(model: string, stages: Readonly<Record<number, ModelStageView['stage']>>): void;
  at(model: string, version: number): ModelStageView;
  /** Makes every call fail, as one to a peer that is down. */
  isDown: boolean;
}

export function fakeModels(): FakeModels {
  const known = new Map<string, Map<number, ModelStageView>>();
  const at = (model: string, version: number) => {
    const found = known.get(model)?.get(version);
    if (found === undefined) throw new AppError('not_found.model_version', `model "${model}" has no v${version}`);
    return found;
  };
  const move = (model: string, version: number, view: ModelStageView) =>
    unlessDown(async () => {
      at(model, version);
      known.get(model)!.set(version, view);
    });
  const unlessDown = <T>(work: () => Promise<T>) => {
    if (models.isDown) return Promise.reject(new AppError('unavailable.peer', 'training cannot be reached'));
    return work();
  };
  const models: FakeModels = {
    at,
    isDown: false,
    put: (model, stages) => {
      const views = Object.entries(stages).map(
        ([version, stage]) => [Number(version), { stage, canaryShare: 0 }] as const,
      );
      known.set(model, new Map(views));
    },
    productionVersion: (model) =>
      unlessDown(async () => [...(known.get(model) ?? [])].find(([, { stage }]) => stage === 'production')?.[0]),
    stageOf: (model, version) => unlessDown(async () => at(model, version)),
    toCanary: (model, version, canaryShare) => move(model, version, { stage: 'canary', canaryShare }),
    toProduction: (model, version) => move(model, version, { stage: 'production', canaryShare: 0 }),
    demote: (model, version) => move(model, version, { stage: 'candidate', canaryShare: 0 }),
  };
  return models;
}
