import { loadSettings } from '@attune/config';
import { type Client, common, createClient, SERVICES, TOPIC_CODECS, TOPICS, training } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { openPrivacy, verifyReceipt } from '@attune/privacy';
import { closeRedis, openRedis } from '@attune/redis';
import { settingsOf, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import type { Dataset, DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { writeSmallDataset } from './a-dataset';

const SECRET = 'a secret for tests, 32 characters or more';
const USER = 'somebody-to-forget';
const { publicKey, userKeyOf } = openPrivacy(SECRET);
const infra = useInfra();

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
let eventLog: EventLog;
let database: Database;
/** What the next run trains on. */
let dataset: () => Promise<Dataset>;

const datasets: DatasetBuilder = { find: async () => undefined, build: () => dataset() };
const datasetNamed = (datasetId: string) => () =>
  writeSmallDataset(infra.objectStoreUrl, datasetId, (user) => userKeyOf(`${USER}-${user}`));

beforeAll(async () => {
  const { redisUrl, namespace, databaseUrl } = infra;
  const config = loadSettings(trainingSettings, { ...settingsOf(infra), ATTUNE_PRIVACY_SECRET: SECRET });
  service = await startTraining(config, { datasets });
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  eventLog = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'test' });
  const schema = schemaFor(namespace, 'training');
  database = await openDatabase({ url: databaseUrl, schema, applicationName: 'test' });
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  await eventLog[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

async function start(): Promise<string> {
  const request = training.StartTrainingRequest.fromPartial({ model: 'popularity' });
  return (await client.startTraining(request)).run!.runId;
}

async function ended(runId: string): Promise<training.TrainingRun> {
  const steps = await Array.fromAsync(client.watchTraining({ runId }, { deadlineMs: 60_000 }));
  return steps.at(-1)!.run!;
}

async function trainOn(datasetId: string): Promise<string> {
  dataset = datasetNamed(datasetId);
  return (await ended(await start())).modelVersion!.version;
}

async function erase(erasureId: string, datasetIds: readonly string[]): Promise<void> {
  const request = TOPIC_CODECS.erasures.fromPartial({ erasureId, userId: USER, datasetIds: [...datasetIds] });
  const value = TOPIC_CODECS.erasures.encode(request).finish();
  await eventLog.append(TOPICS.erasures.name, [{ key: USER, value }]);
  await service.caughtUp();
}

async function marked(): Promise<Record<string, string>> {
  const request = training.ListModelVersionsRequest.fromPartial({ model: 'popularity' });
  const { versions } = await client.listModelVersions(request);
  const found = versions.filter(({ retrainMarkedAt }) => retrainMarkedAt !== undefined);
  return Object.fromEntries(found.map(({ ref, retrainReason }) => [ref!.version, retrainReason]));
}

async function receiptsOf(erasureId: string): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const { key, value } of eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
    if (key === erasureId) found.push(TOPIC_CODECS.erasureReceipts.decode(value).receipt);
  }
  return found;
}

describe('the erasure of a user', () => {
  it('marks the versions that learned from a set that held the user, and no others, and says so in a signed receipt', async () => {
    const [held, free] = [await trainOn('held'), await trainOn('free')];
    await erase('e1', ['held', 'never-used']);
    expect(await marked()).toEqual({ [held]: expect.stringMatching(/erased \(erasure e1\)/) });
    expect(free).not.toBe(held);
    const [receipt] = await receiptsOf('e1');
    expect(verifyReceipt(receipt!, publicKey)).toMatchObject({
      erasureId: 'e1',
      service: 'training',
      userKey: userKeyOf(USER),
      erasedCounts: { models_to_retrain: 1 },
    });
  });

  it('gives the same receipt when the request is delivered again', async () => {
    await erase('e2', []);
    await erase('e2', []);
    const [first, second] = await receiptsOf('e2');
    expect(Buffer.from(second!)).toEqual(Buffer.from(first!));
  });

  it('marks what a request names that comes again with more', async () => {
    const [first, second] = [await trainOn('one'), await trainOn('two')];
    await erase('e3', ['one']);
    await erase('e3', ['two']);
    expect(await marked()).toMatchObject({ [first]: expect.any(String), [second]: expect.any(String) });
    expect(verifyReceipt((await receiptsOf('e3'))[1]!, publicKey).erasedCounts).toMatchObject({ models_to_retrain: 2 });
  });

  it('marks a version that is registered after the erasure, by a run that had read the set before', async () => {
    const isReading = Promise.withResolvers<void>();
    const mayGoOn = Promise.withResolvers<void>();
    dataset = async () => {
      isReading.resolve();
      await mayGoOn.promise;
      return datasetNamed('in-hand')();
    };
    const runId = await start();
    await isReading.promise;
    await erase('e4', ['in-hand']);
    mayGoOn.resolve();
    const { state, modelVersion } = await ended(runId);
    expect(state).toBe(common.RunState.SUCCEEDED);
    expect((await marked())[modelVersion!.version]).toMatch(/erasure e4/);
  });

  it('dead-letters a request that nobody can read and goes on', async () => {
    await eventLog.append(TOPICS.erasures.name, [{ key: 'x', value: Uint8Array.of(0xff, 0xff, 0xff) }]);
    await erase('e5', []);
    expect(await receiptsOf('e5')).toHaveLength(1);
  });
});

describe('what training keeps', () => {
  it('names no user: neither its tables nor its queue, after trainings and erasures', async () => {
    await trainOn('of-users');
    await erase('e6', ['of-users']);
    const { rows: tables } = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
    );
    let rowCount = 0;
    for (const { name } of tables) {
      const { rows } = await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      rowCount += rows.length;
      expect(rows.filter(({ row }) => row.includes(USER))).toEqual([]);
    }
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['runs', 'model_versions', 'erasures']));
    expect(rowCount).toBeGreaterThan(10);
    expect(await queueInRedis()).toMatch(/training-runs/);
    expect(await queueInRedis()).not.toContain(USER);
  });
});

/** Every key of training in Redis with all that it holds, as one text. */
async function queueInRedis(): Promise<string> {
  const redis = openRedis({ url: infra.redisUrl, keyPrefix: '', connectionName: 'test' });
  const keys = await redis.keys(`*${infra.namespace}:training*`);
  const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  await closeRedis(redis);
  return [...keys, ...dumps.map((dump) => dump?.toString('latin1'))].join('\n');
}
