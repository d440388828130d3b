import { TOPICS } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { PlatformOf, Stack } from '@attune/kit';
import type { ServingConfig } from './config';
import { makeOnExperimentChanged } from './events/on-experiment-changed';
import type { Experiments } from './experiment-ports';
import { definitionOf } from './grpc/experiment-mapping';
import { ListedExperiments } from './grpc/listed-experiments';
import { RedisExperimentCopies } from './storage/redis-experiment-copies';
import { makeExperimentBook } from './use-cases/experiment-book';
import { keepExperiments } from './use-cases/keep-experiments';

const GROUP = 'serving';
/** How long one question to the experiment service may take. */
const LOOK_MS = 2_000;

/** What experiments are wired of. */
export interface ExperimentWiring {
  readonly config: ServingConfig;
  readonly platform: PlatformOf<'redis' | 'event-log', string>;
  readonly stack: Stack;
}

/** Which experiments run, and what keeps that fresh. */
export interface KeptExperiments {
  readonly experiments: Experiments;
  subscribe(): Promise<Subscription>;
}

/** Wires the experiments: pushed by the log, shared through Redis, and asked for at the start. */
export async function composeExperiments({ config, platform, stack }: ExperimentWiring): Promise<KeptExperiments> {
  const { redis, eventLog, logger } = platform;
  const directory = new ListedExperiments(() => platform.client('experiment'));
  const experiments = makeExperimentBook({ directory, copies: new RedisExperimentCopies(redis), logger });
  await stack.open('experiments', () =>
    keepExperiments({ experiments, pollMs: config.experimentPollMs, patienceMs: LOOK_MS, logger }),
  );
  return {
    experiments,
    subscribe: () =>
      eventLog.subscribe({
        topic: TOPICS.experiments.name,
        group: GROUP,
        handle: makeOnExperimentChanged({ experiments, definitionOf }),
      }),
  };
}
