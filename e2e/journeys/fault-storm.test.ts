import { SERVICES } from '@attune/contracts';
import { createClient } from '@attune/grpc';
import { schemaFor } from '@attune/postgres';
import { freePorts, seededRandom, settingsOf, until } from '@attune/testkit';
import { type OwnServers, startOwnServers } from '../support/own-servers';
import { ServiceProcess } from '../support/service-process';
import { ProducerProcess } from '../support/storm/producer-process';
import { Storm } from '../support/storm/storm';
import { Traffic } from '../support/storm/traffic';
import { compareFeatures, countEvents } from '../support/storm/verdict';
import { forecast } from '../support/storm/weather';
import { tempFolder } from '../support/temp-folder';

const SEED = Number(process.env.ATTUNE_TEST_STORM_SEED ?? 7);
const CALLS = 800;
const EVENTS = 200_000;
const CHANGES = 150;
const folder = tempFolder();
let servers: OwnServers;

beforeAll(async () => {
  servers = await startOwnServers(folder);
}, 60_000);

afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
});

// What was struck may take its time to come back.
const patience = { timeoutMs: 120_000 };
const definition = SERVICES['feature-store'].definition;

/** Calls until it succeeds: what is down comes back. */
async function persistently<T>(call: () => Promise<T>): Promise<T> {
  return until('the call succeeds', () => call().catch(() => undefined), patience);
}

it(`loses and doubles nothing in a storm of more than 200 faults (seed ${SEED})`, async () => {
  const infra = servers.infra();
  const ports = await freePorts(2);
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  await using opened = new AsyncDisposableStack();
  const stores = await Promise.all(
    addresses.map(async (address) => {
      const env = { ...settingsOf(infra), ATTUNE_EVENT_LOG_PARTITIONS: '4', ATTUNE_LISTEN: address };
      return opened.use(await ServiceProcess.start({ name: 'feature-store', env }));
    }),
  );
  const client = opened.use(createClient({ definition, address: addresses[0]!, caller: 'storm' }));
  const random = seededRandom(SEED);
  const traffic = new Traffic(random, CALLS, new Date());
  await client.upsertItems({ items: [...traffic.items], requestId: '' });
  await until('the items are applied', async () => (await client.getStoreStats({})).pendingCount === 0);

  const producer = opened.use(new ProducerProcess(addresses));
  const storm = new Storm({ servers, stores, producer, random: seededRandom(SEED + 1) });
  const faults = forecast(seededRandom(SEED + 2));
  const follows = new Map<string, { followerId: string; followeeId: string }>();

  const sending = (async () => {
    for (const [call, interactions] of traffic.calls.entries()) {
      await producer.send({ call, interactions, ...storm.nextDelivery() });
    }
    await producer.allAcknowledged();
  })();
  const passed = (share: number) =>
    until('the events flow on', async () => producer.acknowledgedCount >= Math.floor(share * (CALLS - 10)), patience);
  const changing = (async () => {
    for (let n = 0; n < CHANGES; n++) {
      await passed(n / CHANGES);
      const user = traffic.nextUser();
      await persistently(() => client.upsertUsers({ users: [user], requestId: '' }));
      const pair = traffic.nextPair();
      const key = `${pair.followerId} ${pair.followeeId}`;
      const removed = follows.delete(key);
      if (!removed) follows.set(key, pair);
      await persistently(() => client.setFollows({ follows: [{ ...pair, since: undefined, removed }], requestId: '' }));
    }
  })();
  for (const [index, fault] of faults.entries()) {
    await passed(index / faults.length);
    await storm.strike(fault);
  }
  await Promise.all([sending, changing]);
  await storm.isOver();
  const isApplied = () => client.getStoreStats({}).then(({ pendingCount }) => pendingCount === 0);
  await until('everything is applied', () => isApplied().catch(() => false), patience);

  const schema = schemaFor(infra.namespace, 'feature-store');
  const { lost, doubled } = await countEvents(servers.postgres.url, schema, EVENTS);
  const silence = `${(producer.longestSilenceMs / 1_000).toFixed(1)} s`;
  process.stderr.write(
    `faults ${storm.faultCount}, acknowledged ${EVENTS}, lost ${lost}, doubled ${doubled}, longest silence ${silence}\n`,
  );
  expect({ lost, doubled }).toEqual({ lost: 0, doubled: 0 });
  expect(storm.faultCount).toBeGreaterThanOrEqual(200);
  const acknowledged = {
    items: traffic.items,
    users: [...traffic.users.values()],
    follows: [...follows.values()],
    interactions: traffic.calls.flat(),
  };
  const { compared, differences } = await compareFeatures(client, acknowledged, traffic.userIds);
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(15_000);
  // The comparison sees one event more or less.
  const oneLess = { ...acknowledged, interactions: acknowledged.interactions.slice(1) };
  expect((await compareFeatures(client, oneLess, traffic.userIds)).differences).not.toEqual([]);
}, 420_000);
