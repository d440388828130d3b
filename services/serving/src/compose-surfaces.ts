import { INTERACTION_TYPES } from '@attune/contracts';
import type { PlatformOf, Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { BUILT_IN_SURFACES } from './domain/built-in-surfaces';
import { GrpcBandit } from './grpc/grpc-bandit';
import { makeSurfaceHandlers } from './grpc/surface-handlers';
import type { Pipeline } from './pipeline/parts';
import { PostgresSurfaceStore } from './storage/postgres-surface-store';
import { RedisSurfaceCopies } from './storage/redis-surface-copies';
import { makeAskPolicy } from './use-cases/ask-policy';
import { makeChooseExploration } from './use-cases/choose-exploration';
import { makeChooseStrategy } from './use-cases/choose-strategy';
import { makeDescribePipeline } from './use-cases/describe-pipeline';
import { makeGetSurface, makeListSurfaces } from './use-cases/get-surface';
import { keepSurfaces } from './use-cases/keep-surfaces';
import { makeSurfaceBook } from './use-cases/surface-book';
import { makeUpdateSurface } from './use-cases/update-surface';

/** How long one look at the store of the surfaces may take. */
const LOOK_MS = 2_000;
/**
 * A policy that failed for a second, three times at least and without an answer in between, is asked once a second. The deadline is so short
 * that a busy machine misses it now and then: that must not take the choice from all slates.
 */
const CIRCUIT = { failures: 3, lastingMs: 1_000, retryMs: 1_000 };

/** What surfaces are wired of. */
export interface SurfaceWiring {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis', string>;
  readonly stack: Stack;
}

/** Wires how slates are configured: the surfaces, the choice among strategies, and the RPCs about both. */
export async function composeSurfaces({ config, platform, stack }: SurfaceWiring) {
  const { database, redis, clock, logger } = platform;
  const store = new PostgresSurfaceStore(database);
  const known = {
    builtIn: BUILT_IN_SURFACES,
    vocabulary: { interactionTypes: INTERACTION_TYPES.map(({ name }) => name) },
  };
  const surfaces = makeSurfaceBook({ ...known, store, copies: new RedisSurfaceCopies(redis), clock, logger });
  await stack.open('surfaces', () =>
    keepSurfaces({ surfaces, pollMs: config.surfacePollMs, patienceMs: LOOK_MS, logger }),
  );
  const bandit = new GrpcBandit(() => platform.client('bandit'), config.banditDeadlineMs);
  const askPolicy = makeAskPolicy({ bandit, circuit: CIRCUIT, clock });
  const parts = { ...known, surfaces, store, clock };
  return {
    surfaces,
    vocabulary: known.vocabulary,
    strategies: makeChooseStrategy({ askPolicy }),
    explorers: makeChooseExploration({ askPolicy }),
    handlersOf: (pipeline: Pipeline) =>
      makeSurfaceHandlers({
        store,
        getSurface: makeGetSurface(parts),
        listSurfaces: makeListSurfaces(parts),
        updateSurface: makeUpdateSurface(parts),
        describePipeline: makeDescribePipeline(pipeline),
      }),
  };
}
