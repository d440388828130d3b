import { randomUUID } from 'node:crypto';
import {
  type Client,
  common,
  createClient,
  SERVICES,
  type ServiceDefinitions,
  type ServiceName,
  training,
} from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { type Simulation, simulate } from '@attune/simulator';
import { startServers } from '../serving/bench-fleet.ts';
import { until } from '../serving/feed-fleet.ts';

/** The size of a world: large enough to learn tastes from, small enough for two cores. */
export interface WorldSize {
  readonly users: number;
  readonly items: number;
  readonly days: number;
  readonly interactionsPerUser: number;
}

const DAY_MS = 86_400_000;
const PER_CALL = 1_000;
const PATIENCE_MS = 300_000;

/** A world passes in minutes what others take weeks for, so what was learned and found out is looked at more often. */
const IMPATIENT = {
  ATTUNE_BANDIT_ROUND_MS: '1000',
  ATTUNE_EXPERIMENT_WATCH_MS: '1000',
  // The number of people, which is known before anything is seen.
  ATTUNE_EXPERIMENT_TUNED_FOR_UNITS: '200',
};
/** What is measured is what a slate is worth, not what a machine that others use makes late. */
const PATIENT = {
  ATTUNE_SERVING_BUDGET_MS: '5000',
  ATTUNE_SERVING_USER_READ_TIMEOUT_MS: '3000',
  ATTUNE_SERVING_BANDIT_DEADLINE_MS: '2000',
};

/** A simulated feed that ends with yesterday. */
export function makeWorld(seed: number, size: WorldSize): Simulation {
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  return simulate({ ...size, seed, startTime: new Date(today - size.days * DAY_MS) });
}

/** A fleet of processes with everything that the closed loop needs, and clients of its services. */
export async function startClosedLoop(folder: string, namespace: string) {
  const opened = new AsyncDisposableStack();
  try {
    const servers = opened.use(await startServers(folder, namespace));
    const client = <Name extends ServiceName>(name: Name, address: string): Client<ServiceDefinitions[Name]> => {
      const definition = SERVICES[name].definition as ServiceDefinitions[Name];
      return opened.use(createClient({ definition, address, caller: 'bench', defaultDeadlineMs: 60_000 }));
    };
    const addresses: Record<string, string> = {};
    const start = async (name: ServiceName, env: Readonly<Record<string, string>> = {}) => {
      const { address } = await servers.start(name, { ...addresses, ...env });
      addresses[addressSetting(name)] = address;
      return address;
    };
    const featureStore = await start('feature-store');
    const training = await start('training');
    const bandit = await start('bandit', IMPATIENT);
    const experiment = await start('experiment', IMPATIENT);
    const serving = await start('serving', PATIENT);
    return {
      featureStore: client('feature-store', featureStore),
      training: client('training', training),
      bandit: client('bandit', bandit),
      experiment: client('experiment', experiment),
      serving: client('serving', serving),
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** A fleet with its clients. */
export type ClosedLoop = Awaited<ReturnType<typeof startClosedLoop>>;

/** Tells a feature-store of a world: who, what, who follows whom and what people did. */
export async function recordWorld(featureStore: ClosedLoop['featureStore'], world: Simulation): Promise<void> {
  const users = Array.from(world.users(), (user) =>
    common.User.fromPartial({ ...user, interests: [...user.interests] }),
  );
  const items = Array.from(world.items(), (item) => common.Item.fromPartial({ ...item, tags: [...item.tags] }));
  const follows = Array.from(world.follows(), (follow) => common.Follow.fromPartial(follow));
  await featureStore.upsertUsers({ users, requestId: '' });
  await featureStore.upsertItems({ items, requestId: '' });
  await featureStore.setFollows({ follows, requestId: '' });
  const interactions = Array.from(world.interactions(), ({ time, ...rest }) =>
    common.Interaction.fromPartial({ ...rest, occurredAt: time }),
  );
  for (let at = 0; at < interactions.length; at += PER_CALL) {
    await featureStore.recordInteractions({
      interactions: interactions.slice(at, at + PER_CALL),
      producer: 'import:bench',
    });
  }
}

/** Tells a fleet of a world, and waits until all of it has arrived. */
export async function loadWorld({ featureStore, serving }: ClosedLoop, world: Simulation): Promise<void> {
  await recordWorld(featureStore, world);
  await until(async () => {
    const [stats, state] = await Promise.all([featureStore.getStoreStats({}), serving.getServingState({})]);
    return stats.pendingCount === 0 && state.pendingCount === 0;
  });
}

/** Trains models one after the other, puts each into production, and waits until serving serves all of them. */
export async function trainModels({ training: trainer, serving }: ClosedLoop, models: readonly string[]) {
  const digests = new Set<string>();
  for (const model of models) {
    const { run } = await trainer.startTraining(
      training.StartTrainingRequest.fromPartial({
        ...{ model, promote: true, requestId: randomUUID() },
        promotionTerms: { override: true, reason: 'the bench serves whatever was trained' },
      }),
    );
    let last: training.TrainingRun | undefined;
    for await (const step of trainer.watchTraining({ runId: run!.runId }, { deadlineMs: PATIENCE_MS }))
      last = step.run ?? last;
    if (last?.state !== common.RunState.SUCCEEDED) throw new Error(`${model}: ${last?.problem?.message ?? 'no end'}`);
    digests.add(last.modelVersion!.digest);
  }
  await until(async () => {
    const { models: served, refused } = await serving.getServingState({});
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    const loaded = new Set(served.map(({ ref }) => ref?.digest));
    return [...digests].every((digest) => loaded.has(digest));
  });
}
