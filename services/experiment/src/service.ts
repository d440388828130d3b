import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TOPICS, type experiment as wire } from '@attune/contracts';
import { paced, type Subscription } from '@attune/event-log';
import type { Handlers } from '@attune/grpc';
import {
  consumeErasures,
  erasureReceipts,
  keepDoing,
  type RunningService,
  type Stack,
  startService,
} from '@attune/kit';
import { composeExperiments, type ExperimentPlatform, type OnWatch } from './compose-experiments';
import type { ExperimentConfig } from './config';
import { makeOnDecision } from './events/on-decision';
import { makeOnExposure } from './events/on-exposure';
import { makeOnInteraction } from './events/on-interaction';
import { TrainingModels } from './grpc/training-models';
import type { Clock, ModelMover } from './ports';
import { PostgresFactStore } from './storage/postgres-fact-store';
import { makeForgetUser } from './use-cases/forget-user';
import { makeTakeInFacts } from './use-cases/take-in-facts';

const GROUP = 'experiment';
const MAX_BATCH = 5_000;
const PRUNE_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What a test may put in place of the real thing. */
export interface ExperimentOverrides {
  readonly clock?: Clock;
  readonly models?: ModelMover;
  /** Given the round of the job that watches experiments, which is then done by hand alone. True: this replica had the lock. */
  readonly onWatch?: OnWatch;
}

/** Starts the experiment service. */
export function startExperiment(
  config: ExperimentConfig,
  overrides: ExperimentOverrides = {},
): Promise<RunningService> {
  return startService({
    name: 'experiment',
    settings: config,
    migrations: join(__dirname, '..', 'migrations'),
    uses: ['event-log'],
    overrides: overrides.clock === undefined ? {} : { clock: overrides.clock },
    compose: async (platform, stack) => ({
      handlers: await compose(config, overrides, platform, stack),
      subscriptions: await subscribe(config, platform, stack),
    }),
  });
}

function compose(
  config: ExperimentConfig,
  overrides: ExperimentOverrides,
  platform: ExperimentPlatform,
  stack: Stack,
): Promise<Partial<Handlers<wire.ExperimentServiceServer>>> {
  const models = overrides.models ?? new TrainingModels(() => platform.client('training'), randomUUID);
  return composeExperiments({ config, platform, stack, models, onWatch: overrides.onWatch });
}

/** The consumers of facts, and the end of those that are too old. */
async function subscribe(
  config: ExperimentConfig,
  { database, eventLog, privacy, clock, logger }: ExperimentPlatform,
  stack: Stack,
): Promise<readonly Subscription[]> {
  const facts = new PostgresFactStore(database);
  const { userKeyOf } = privacy;
  const takeIn = makeTakeInFacts(facts);
  const publisher = erasureReceipts('experiment', { eventLog, privacy });
  const forgetUser = makeForgetUser({ facts, publisher, userKeyOf, clock });
  const factsOf = (topic: string, handle: ReturnType<typeof makeOnDecision>) =>
    eventLog.subscribe({ topic, group: GROUP, maxBatch: MAX_BATCH, handle: paced(handle, MAX_BATCH) });
  await stack.open('end of old facts', () =>
    keepDoing({
      everyMs: PRUNE_EVERY_MS,
      work: () => facts.prune(new Date(clock().getTime() - config.experimentFactDays * DAY_MS)),
      onFailure: (err) => logger.warn({ err }, 'old facts could not be taken out; it is tried again'),
    }),
  );
  return Promise.all([
    factsOf(TOPICS.interactions.name, makeOnInteraction(takeIn, userKeyOf)),
    factsOf(TOPICS.decisions.name, makeOnDecision(takeIn, userKeyOf)),
    factsOf(TOPICS.exposures.name, makeOnExposure(takeIn, userKeyOf)),
    eventLog.subscribe({ topic: TOPICS.erasures.name, group: GROUP, handle: consumeErasures(forgetUser) }),
  ]);
}
