import { randomUUID } from 'node:crypto';
import { common, serving, training } from '@attune/contracts';
import type { Simulation } from '@attune/simulator';
import { recordWorld } from '../closed-loop/world.ts';
import { until } from '../serving/feed-fleet.ts';
import type { VirtualFleet } from './virtual-fleet.ts';

const PATIENCE_MS = 300_000;

/** What is in production before anybody comes. */
const FIRST_MODELS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  popularity: {},
  als: { rank: 32, weighting: 'value', shownWeight: 0.6, regularization: 0.02, unobservedWeight: 0.05 },
};

/** Tells a fleet of a world, and of what people did in it. */
export async function loadHistory({ featureStore, caughtUp }: VirtualFleet, world: Simulation): Promise<void> {
  await recordWorld(featureStore, world);
  await caughtUp();
}

/**
 * A feed that lives by one model. Posts come back after a while, so that what there is to like does not run out, and a part of every
 * slate is left to chance: nobody can learn a new taste from slates that are made for the old one alone.
 */
export async function arrange({ serving: slates }: VirtualFleet): Promise<void> {
  const values = {
    strategies: { collaborative_filtering: 1 },
    sources: { collaborative: 200, recent_popularity: 300, trending: 200 },
    seenHours: { impression: 3, view: 20, like: 20 },
    ...{ engagementShare: 0, diversity: { most: 0, author: 0, category: 0, novelty: 0 } },
    exploration: { share: 0.3, pool: 400, policy: '' },
  };
  await slates.updateSurface(
    serving.UpdateSurfaceRequest.fromPartial({ name: 'home', settings: { values }, reason: 'a feed by one model' }),
  );
}

/** Trains the first versions, the last thing that is done by hand, and waits until serving serves them. */
export async function trainFirst({ training: trainer, serving: slates }: VirtualFleet): Promise<void> {
  const digests = new Set<string>();
  for (const [model, values] of Object.entries(FIRST_MODELS)) {
    const { run } = await trainer.startTraining(
      training.StartTrainingRequest.fromPartial({
        ...{ model, settings: { values }, promote: true, requestId: randomUUID() },
        promotionTerms: { override: true, reason: 'the first version' },
      }),
    );
    let last: training.TrainingRun | undefined;
    for await (const step of trainer.watchTraining({ runId: run!.runId }, { deadlineMs: PATIENCE_MS }))
      last = step.run ?? last;
    if (last?.state !== common.RunState.SUCCEEDED) throw new Error(`${model}: ${last?.problem?.message ?? 'no end'}`);
    digests.add(last.modelVersion!.digest);
  }
  await until(async () => {
    const { models, refused } = await slates.getServingState({});
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    const loaded = new Set(models.map(({ ref }) => ref?.digest));
    return [...digests].every((digest) => loaded.has(digest));
  });
}
