import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serving, training } from '@attune/contracts';
import { openObjectStore } from '@attune/object-store';
import { openDatabase } from '@attune/postgres';
import { DEVELOPMENT_SECRET, openPrivacy, verifyReceipt } from '@attune/privacy';
import { openRedis } from '@attune/redis';
import { anInteraction, aUser, tracesOf, until, useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { loadSimulation } from '../support/load-simulation';
import { tempFolder } from '../support/temp-folder';
import { trainAndPromote } from '../support/train';

jest.setTimeout(120_000);
const infra = useInfra();
const folder = tempFolder();
const USER = 'u000001';
const { userKeyOf, publicKey } = openPrivacy(DEVELOPMENT_SECRET);
let fleet: Fleet;
let surroundings: CliSurroundings;
let interactionCount: number;

beforeAll(async () => {
  fleet = await startFleet({
    infra,
    services: ['feature-store', 'training', 'serving', 'bandit', 'experiment', 'monitoring'],
  });
  surroundings = { addressSettings: fleet.addressSettings, folder };
  const { interactions } = await loadSimulation(fleet.client('feature-store'));
  interactionCount = interactions.filter(({ userId }) => userId === USER).length;
  await trainAndPromote(fleet.client('training'), 'als', { rank: 8, iterations: 4 });
  await until('als serves', async () => {
    await fleet.caughtUp();
    return (await fleet.client('serving').getServingState({})).models.length > 0;
  });
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

const slateOf = (userId: string) =>
  fleet.client('serving').recommend(serving.RecommendRequest.fromPartial({ userId, count: 5 }));

/** Every place of every service where the id stands. */
async function traces(): Promise<readonly string[]> {
  const { databaseUrl: url, redisUrl, namespace } = infra;
  await using database = await openDatabase({ url, schema: 'public', applicationName: `${namespace}-traces` });
  const redis = openRedis({ url: redisUrl, keyPrefix: '', connectionName: `${namespace}-traces` });
  try {
    return await tracesOf(USER, { namespace, database, redis, objects: openObjectStore(infra.objectStoreUrl) });
  } finally {
    redis.disconnect();
  }
}

interface Forgotten {
  readonly erasedCounts: Readonly<Record<string, number>>;
  readonly receipts: readonly { readonly service: string; readonly userKey: string }[];
}

it('gives somebody everything that is known of them, and then forgets it in every service', async () => {
  const { decisionId, items } = await slateOf(USER);
  await fleet.decision(decisionId);
  const pairs = items.map(({ itemId }) => ({ userId: USER, itemId }));
  await fleet.client('serving').predict(serving.PredictRequest.fromPartial({ model: 'als', pairs }));
  await fleet.caughtUp();
  const out = join(folder, 'export.jsonl');
  const { lines } = await attuneJson<{ lines: number }>(surroundings, 'export', '--user', USER, '--out', out);
  const exported = (await readFile(out, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string });
  expect(exported).toHaveLength(lines);
  const kinds = new Set(exported.map(({ kind }) => kind));
  expect([...kinds]).toEqual(expect.arrayContaining(['profile', 'interaction', 'decision', 'feature']));

  const before = await traces();
  expect(before.some((place) => place.startsWith('table'))).toBe(true);
  expect(before.some((place) => place.includes('serving:'))).toBe(true);
  const forgotten = await attuneJson<Forgotten>(surroundings, 'forget', '--user', USER, '--yes');
  expect(await traces()).toEqual([]);

  expect(forgotten.receipts.map(({ service }) => service).sort()).toEqual([
    'experiment',
    'feature-store',
    'monitoring',
    'serving',
    'training',
  ]);
  for (const receipt of forgotten.receipts) {
    expect(verifyReceipt(Buffer.from(JSON.stringify(receipt)), publicKey).userKey).toBe(userKeyOf(USER));
  }
  expect(forgotten.erasedCounts).toMatchObject({ interactions: interactionCount, profiles: 1, datasets: 1 });
});

it('marks the model that was trained with them for training again', async () => {
  const { versions } = await fleet
    .client('training')
    .listModelVersions(training.ListModelVersionsRequest.fromPartial({ model: 'als' }));
  expect(versions[0]!.retrainReason).toContain('erased');
});

it('serves them like somebody unknown afterwards, and takes them in again when they come back', async () => {
  const { personalization: before } = await slateOf(USER);
  const { personalization: stranger } = await slateOf('nobody-ever-seen');
  expect(before).toBe(stranger);
  await fleet.client('feature-store').upsertUsers({ users: [aUser({ userId: USER })], requestId: '' });
  const { acceptedCount } = await fleet.client('feature-store').recordInteractions({
    interactions: [anInteraction({ userId: USER, occurredAt: new Date() })],
    producer: 'e2e',
  });
  expect(acceptedCount).toBe(1);
});

it('erases nobody whom nobody confirmed', async () => {
  const { exitCode, stderr } = await attune(surroundings, 'forget', '--user', 'u000002');
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('add --yes')]);
  expect((await attune(surroundings, 'export', '--user', 'u000002')).stdout).toContain('"kind":"profile"');
});
