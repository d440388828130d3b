import type { featureStore } from '@attune/contracts';
import { openEventLog } from '@attune/event-log';
import { useInfra } from '@attune/testkit';
import { AUTHOR, DAY, DAY_MS, type HistoryFleet, startHistory, USERS, userKeyOf } from './history-fleet';
import { otherServices } from './other-services';

jest.setTimeout(60_000);
const infra = useInfra();
let fleet: HistoryFleet;

beforeAll(async () => {
  fleet = await startHistory(infra);
  await fleet.fillDay();
  fleet.now = new Date(Date.parse(`${DAY}T00:00:00Z`) + 2 * DAY_MS);
  await fleet.round();
  fleet.now = new Date(Date.parse(`${DAY}T00:00:00Z`) + 92 * DAY_MS);
  await fleet.round();
});

afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
});

async function forget(userId: string): Promise<featureStore.ForgetUserResponse[]> {
  const kafka = infra.kafkaBrokers === undefined ? {} : { kafkaBrokers: [infra.kafkaBrokers] };
  await using log = await openEventLog({
    redisUrl: infra.redisUrl,
    ...kafka,
    topicPrefix: infra.namespace,
    clientId: 'test',
  });
  await using _services = await otherServices(log);
  const told: featureStore.ForgetUserResponse[] = [];
  for await (const news of fleet.store.client.forgetUser({ userId, requestId: '' })) {
    told.push(news);
    // every replica has heard of it by then
    fleet.now = new Date(fleet.now.getTime() + 3_000);
  }
  return told;
}

async function keysInArchive(): Promise<ReadonlySet<unknown>> {
  const keys = Object.keys(await fleet.files()).filter((key) => key.endsWith('.parquet'));
  const rows = (await Promise.all(keys.map(fleet.rowsIn))).flat();
  return new Set(rows.flatMap((row) => [row.user_key, row.entity, row.other_key]));
}

it('exports and erases what days that have left the database hold about a user', async () => {
  const [userId] = USERS;
  expect(await fleet.tablesThere()).toEqual(['entity_changes']);
  const kinds = new Set<string>();
  for await (const { jsonLines } of fleet.store.client.exportUser({ userId })) {
    for (const line of Buffer.from(jsonLines).toString().trim().split('\n')) kinds.add(JSON.parse(line).kind);
  }
  expect([...kinds]).toEqual(expect.arrayContaining(['archived_interactions', 'archived_decisions', 'profile']));
  expect(await keysInArchive()).toContain(userKeyOf(userId));

  const told = await forget(userId);
  expect(told.find(({ service }) => service === 'feature-store')!.erasedCounts.archived_rows).toBeGreaterThan(0);
  expect(await keysInArchive()).not.toContain(userKeyOf(userId));
  expect(await keysInArchive()).toContain(userKeyOf(USERS[1]));
});

it('takes an author off items in the archive', async () => {
  const counts = (await forget(AUTHOR)).find(({ done }) => done)!.erasedCounts;
  expect(counts.archived_rows).toBeGreaterThan(0);
});
