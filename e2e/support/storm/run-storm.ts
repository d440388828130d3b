import { type Client, createClient, SERVICES } from '@attune/contracts';
import { schemaFor } from '@attune/postgres';
import { freePorts, seededRandom, settingsOf, type TestInfra, until } from '@attune/testkit';
import type { OwnServers } from '../own-servers';
import { ServiceProcess } from '../service-process';
import { ProducerProcess } from './producer-process';
import { Storm } from './storm';
import { Traffic } from './traffic';
import { compareFeatures, countEvents } from './verdict';
import { type Fault, forecast, type Weather } from './weather';

/** A storm: all of it follows from its seed. */
export interface StormPlan {
  readonly servers: OwnServers;
  readonly seed: number;
  readonly weather: Weather;
  /** Calls with events, each of 250. */
  readonly callCount: number;
  /** Changes of users and of follows, in between. */
  readonly changeCount: number;
}

/** What a storm left. */
export interface StormVerdict {
  readonly faultCount: number;
  readonly acknowledgedCount: number;
  readonly lost: number;
  readonly doubled: number;
  readonly longestSilenceMs: number;
  /** Feature values that were compared with the reference, and those that are not the same. */
  readonly compared: number;
  readonly differences: readonly string[];
  /** The same for a reference that knows of one like less: whether the comparison sees one. */
  readonly differencesByOne: readonly string[];
}

type Store = Client<(typeof SERVICES)['feature-store']['definition']>;

// What was struck may take its time to come back.
const patience = { timeoutMs: 120_000 };
const definition = SERVICES['feature-store'].definition;

/** Lets events and changes flow into two feature-stores while one fault after the other strikes, and judges what is there then. */
export async function runStorm(plan: StormPlan): Promise<StormVerdict> {
  const { servers, seed, callCount } = plan;
  await using opened = new AsyncDisposableStack();
  const infra = servers.infra();
  const addresses = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  const stores = await Promise.all(
    addresses.map(async (address) => opened.use(await ServiceProcess.start(storeAt(address, infra)))),
  );
  const client = opened.use(createClient({ definition, address: addresses[0]!, caller: 'storm' }));
  const traffic = new Traffic(seededRandom(seed), callCount, new Date());
  await persistently(() => client.upsertItems({ items: [...traffic.items], requestId: '' }));
  await everythingApplied(client);

  const producer = opened.use(new ProducerProcess(addresses));
  const storm = new Storm({ servers, stores, producer, random: seededRandom(seed + 1) });
  const faults = forecast(plan.weather, seededRandom(seed + 2));
  const passed = (share: number) =>
    until(
      'the events flow on',
      async () => producer.acknowledgedCount >= Math.floor(share * (callCount - 10)),
      patience,
    );
  const [follows] = await Promise.all([
    changeEntities({ client, traffic, passed, count: plan.changeCount }),
    send({ traffic, producer, storm, faults }),
    strikeAll(storm, faults, passed),
  ]);
  await storm.isOver();
  await everythingApplied(client);

  const interactions = traffic.calls.flat();
  const counts = await countEvents(
    servers.postgres.url,
    schemaFor(infra.namespace, 'feature-store'),
    interactions.length,
  );
  const acknowledged = { items: traffic.items, users: [...traffic.users.values()], follows, interactions };
  // Not any event: an old impression may say nothing that is still told.
  const like = interactions.find(({ type }) => type === 'like');
  const oneLess = { ...acknowledged, interactions: interactions.filter((one) => one !== like) };
  return {
    ...{ faultCount: storm.faultCount, acknowledgedCount: producer.acknowledgedCount * traffic.calls[0]!.length },
    ...{ ...counts, longestSilenceMs: producer.longestSilenceMs },
    ...(await compareFeatures(client, acknowledged, traffic.userIds)),
    differencesByOne: (await compareFeatures(client, oneLess, traffic.userIds)).differences,
  };
}

/** The verdict on one line, as people read it. */
export function lineOf(verdict: StormVerdict): string {
  const { faultCount, acknowledgedCount, lost, doubled, longestSilenceMs } = verdict;
  const silence = `${(longestSilenceMs / 1_000).toFixed(1)} s`;
  return `faults ${faultCount}, acknowledged ${acknowledgedCount}, lost ${lost}, doubled ${doubled}, longest silence ${silence}`;
}

function storeAt(address: string, infra: TestInfra) {
  const env = { ...settingsOf(infra), ATTUNE_EVENT_LOG_PARTITIONS: '4', ATTUNE_LISTEN: address };
  return { name: 'feature-store' as const, env };
}

/** Calls until it succeeds: what is down comes back. */
function persistently<T>(call: () => Promise<T>): Promise<T> {
  return until('the call succeeds', () => call().catch(() => undefined), patience);
}

async function everythingApplied(client: Store): Promise<void> {
  const isApplied = () => client.getStoreStats({}).then(({ pendingCount }) => pendingCount === 0);
  await until('everything is applied', () => isApplied().catch(() => false), patience);
}

interface Sending {
  readonly traffic: Traffic;
  readonly producer: ProducerProcess;
  readonly storm: Storm;
  readonly faults: readonly Fault[];
}

/** Sends the calls spread over all faults: each fault finds some of them under way. */
async function send({ traffic, producer, storm, faults }: Sending): Promise<void> {
  const callsPerFault = traffic.calls.length / faults.length;
  for (const [call, interactions] of traffic.calls.entries()) {
    const isDue = async () => call < (storm.faultCount + 1) * callsPerFault;
    await until('the storm goes on', isDue, patience);
    await producer.send({ call, interactions, ...storm.nextDelivery() });
  }
  await producer.allAcknowledged();
}

async function strikeAll(
  storm: Storm,
  faults: readonly Fault[],
  passed: (share: number) => Promise<unknown>,
): Promise<void> {
  for (const [index, fault] of faults.entries()) {
    await passed(index / faults.length);
    await storm.strike(fault);
  }
}

interface Changes {
  readonly client: Store;
  readonly traffic: Traffic;
  readonly passed: (share: number) => Promise<unknown>;
  readonly count: number;
}

/** Changes users and follows while events flow; resolves to the follows that there are in the end. */
async function changeEntities({ client, traffic, passed, count }: Changes) {
  const follows = new Map<string, { readonly followerId: string; readonly followeeId: string }>();
  for (let n = 0; n < count; n++) {
    await passed(n / count);
    const user = traffic.nextUser();
    await persistently(() => client.upsertUsers({ users: [user], requestId: '' }));
    const pair = traffic.nextPair();
    const key = `${pair.followerId} ${pair.followeeId}`;
    const removed = follows.delete(key);
    if (!removed) follows.set(key, pair);
    await persistently(() => client.setFollows({ follows: [{ ...pair, since: undefined, removed }], requestId: '' }));
  }
  return [...follows.values()];
}
