import { loadSettings } from '@attune/config';
import {
  type Client,
  createClient,
  type events as logged,
  SERVICES,
  TOPIC_CODECS,
  TOPICS,
  training,
} from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type EventLog, openEventLog } from '@attune/event-log';
import type { RunningService } from '@attune/kit';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { settingsOf, until, useInfra } from '@attune/testkit';
import { trainingSettings } from '../src/config';
import { ChildFactorRefitter } from '../src/jobs/child-factor-refitter';
import type { DatasetBuilder } from '../src/ports';
import { startTraining } from '../src/service';
import { PostgresNewInteractions } from '../src/storage/postgres-new-interactions';
import type { FactorRefitter } from '../src/update-ports';
import { writeSmallDataset } from './a-dataset';

const userKeyOf = makeUserKeys(DEVELOPMENT_SECRET);
const infra = useInfra();
const MINUTE_MS = 60_000;

let service: RunningService;
let client: Client<training.TrainingServiceServer> & AsyncDisposable;
let eventLog: EventLog;
let database: Database;
/** How far the service's clock is ahead. */
let aheadMs = 0;
const now = () => new Date(Date.now() + aheadMs);
const refusing = new Set<string>();
/** Who learns in the place of the real child, for the next rounds. */
const substitutes: FactorRefitter[] = [];
let events = 0;

// odd users like i10 to i19, even ones i0 to i9
const dataset = () => writeSmallDataset(infra.objectStoreUrl, 'base', (user) => userKeyOf(`user-${user}`));
const datasets: DatasetBuilder = { find: dataset, build: dataset };

async function open(): Promise<void> {
  const config = loadSettings(trainingSettings, {
    ...settingsOf(infra),
    ATTUNE_TRAINING_UPDATE_NEW_ITEM_MS: '200',
  });
  const consents = { refusing: async (ids: readonly string[]) => new Set(ids.filter((id) => refusing.has(id))) };
  service = await startTraining(config, { datasets, consents, refitter: refitterWithSubstitutes(), clock: now });
  client = createClient({ definition: SERVICES.training.definition, address: service.address, caller: 'test' });
}

function childOf(modulePath: string): FactorRefitter {
  return new ChildFactorRefitter({ modulePath, objectStoreUrl: infra.objectStoreUrl, memoryMb: 1_000 });
}

function refitterWithSubstitutes(): FactorRefitter {
  const child = childOf(require.resolve('../dist/jobs/factor-refit-child.js'));
  return { refit: (question, options) => (substitutes.shift() ?? child).refit(question, options) };
}

async function close(): Promise<void> {
  await client[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
}

async function trainAndPromote(): Promise<void> {
  const settings = { values: { rank: 8, iterations: 4, threads: 1 } };
  const request = training.StartTrainingRequest.fromPartial({ model: 'als', settings });
  const { run } = await client.startTraining(request);
  const steps = await Array.fromAsync(client.watchTraining({ runId: run!.runId }, { deadlineMs: 60_000 }));
  const { version } = steps.at(-1)!.run!.modelVersion!;
  await client.promoteModel(
    training.PromoteModelRequest.fromPartial({ model: 'als', version, override: true, reason: 'a test' }),
  );
}

/** Records what users did, and waits until the service has taken it in. */
async function record(likes: readonly (readonly [userId: string, itemId: string])[], type = 'like'): Promise<void> {
  await append(likes, type);
  await service.caughtUp();
}

async function append(likes: readonly (readonly [string, string])[], type = 'like', from = events): Promise<void> {
  const records = likes.map(([userId, itemId], at) => {
    const interaction = { eventId: `event-${from + at}`, userId, itemId, type, occurredAt: now() };
    const event = TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: now() });
    return { key: userId, value: TOPIC_CODECS.interactions.encode(event).finish() };
  });
  events = Math.max(events, from + likes.length);
  await eventLog.append(TOPICS.interactions.name, records);
}

const many = (count: number) => Array.from({ length: count }, (_, n) => [`user-${n % 24}`, `i${n % 20}`] as const);

async function rounds(): Promise<readonly { state: string; interaction_count: number; user_count: number }[]> {
  const { rows } = await database.query<{ state: string; interaction_count: number; user_count: number }>(
    'SELECT state, interaction_count, user_count FROM factor_updates ORDER BY created_at, update_id',
  );
  return rows;
}

async function ended(count: number) {
  await until(`${count} rounds have ended`, async () => {
    const all = await rounds();
    return all.filter(({ state }) => state !== 'queued' && state !== 'learned').length === count;
  });
  return rounds();
}

async function published(): Promise<logged.FactorsUpdated[]> {
  const found = [];
  for await (const { value } of eventLog.read(TOPICS.factors.name, { from: 'start' })) {
    found.push(TOPIC_CODECS.factors.decode(value));
  }
  return found;
}

/** Asks for an erasure as the feature-store does: later than the user asked for it. */
async function erase(userId: string, requestedAt: Date): Promise<void> {
  const request = TOPIC_CODECS.erasures.fromPartial({ erasureId: `of-${userId}`, userId, requestedAt });
  await eventLog.append(TOPICS.erasures.name, [{ key: userId, value: TOPIC_CODECS.erasures.encode(request).finish() }]);
  await service.caughtUp();
}

const floats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer);

beforeAll(async () => {
  const { redisUrl, namespace, databaseUrl } = infra;
  const kafkaBrokers = infra.kafkaBrokers?.split(',');
  eventLog = await openEventLog({ redisUrl, kafkaBrokers, topicPrefix: namespace, clientId: 'test' });
  await open();
  const schema = schemaFor(namespace, 'training');
  database = await openDatabase({ url: databaseUrl, schema, applicationName: 'test' });
}, 60_000);

afterAll(async () => {
  await close();
  await eventLog[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

describe('learning between two trainings', () => {
  it('keeps nothing while no version could learn from it', async () => {
    await record(many(10));
    expect((await database.query('SELECT 1 FROM new_interactions')).rows).toEqual([]);
    await trainAndPromote();
  }, 60_000);

  it('begins no round at 999 interactions, and exactly one at 1,000, in however many batches they came', async () => {
    for (let batch = 0; batch < 9; batch++) await record(many(111));
    expect(await rounds()).toEqual([]);
    await record([['user-0', 'i0']]);
    expect(await ended(1)).toMatchObject([{ state: 'published', interaction_count: 1_000, user_count: 24 }]);
    const learned = await published();
    expect(learned.flatMap(({ users }) => users.map(({ key }) => key)).sort()).toEqual(
      Array.from({ length: 24 }, (_, n) => userKeyOf(`user-${n}`)).sort(),
    );
    expect(learned[0]).toMatchObject({ model: { name: 'als', version: '1' } });
    expect(learned.flatMap(({ users }) => users).every(({ vector }) => vector.length === 8 * 4)).toBe(true);
  }, 60_000);

  it('adds nothing when a batch comes again', async () => {
    await append([['user-0', 'i0']], 'like', events - 1);
    await service.caughtUp();
    const { rows } = await database.query('SELECT 1 FROM new_interactions WHERE update_id IS NULL');
    expect(rows).toEqual([]);
  });

  it('begins one for few interactions when the first of them has waited five minutes', async () => {
    await record([['user-1', 'i12']]);
    aheadMs += 4 * MINUTE_MS;
    await record([['user-3', 'i14']]);
    expect(await rounds()).toHaveLength(1);
    aheadMs += MINUTE_MS;
    expect((await ended(2))[1]).toMatchObject({ state: 'published', interaction_count: 2 });
  }, 60_000);

  it('places an item that the version does not know before the five minutes are over, and a new user with it', async () => {
    await record([0, 2, 4, 6, 8].flatMap((n) => [[`user-${n}`, 'brand-new'] as const]));
    await record([
      ['newcomer', 'i2'],
      ['newcomer', 'i4'],
    ]);
    await ended(3);
    const learned = (await published()).slice(-2);
    const item = floats(learned.flatMap(({ items }) => items).find(({ key }) => key === 'brand-new')!.vector);
    const users = learned.flatMap(({ users }) => users);
    const score = (userId: string) =>
      floats(users.find(({ key }) => key === userKeyOf(userId))!.vector).reduce((sum, v, c) => sum + v * item[c]!, 0);
    expect(score('user-0')).toBeGreaterThan(0.1);
    expect(score('newcomer')).toBeGreaterThan(0.02);
  }, 60_000);

  it('leaves out who refuses that models learn from them', async () => {
    refusing.add('user-5');
    await record([
      ['user-5', 'i11'],
      ['user-7', 'i11'],
    ]);
    aheadMs += 5 * MINUTE_MS;
    await ended(4);
    const keys = (await published()).at(-1)!.users.map(({ key }) => key);
    expect(keys).toEqual([userKeyOf('user-7')]);
    const { rows } = await database.query("SELECT 1 FROM new_interactions WHERE user_id = 'user-5'");
    expect(rows).toEqual([]);
  }, 60_000);

  it('learns after all what a process that died did not, once and whole', async () => {
    substitutes.push(childOf(require.resolve('./dying-child.js')));
    const before = (await published()).length;
    await record([['user-9', 'i13']]);
    aheadMs += 5 * MINUTE_MS;
    expect((await ended(5))[4]).toMatchObject({ state: 'published', interaction_count: 1 });
    expect((await published()).slice(before).flatMap(({ users }) => users)).toHaveLength(1);
  }, 60_000);

  it('lets what a round that failed for good was to learn wait for the next one', async () => {
    const refit = () => Promise.reject(new AppError('data_loss.dataset', 'the data set is damaged'));
    substitutes.push({ refit });
    await record([['user-11', 'i15']]);
    aheadMs += 5 * MINUTE_MS;
    expect((await ended(6))[5]).toMatchObject({ state: 'failed' });
    aheadMs += 5 * MINUTE_MS;
    expect((await ended(7))[6]).toMatchObject({ state: 'published', interaction_count: 1 });
  }, 60_000);

  it('goes on after a restart with a round that the stop had cut off', async () => {
    const begun = Promise.withResolvers<void>();
    const refit: FactorRefitter['refit'] = (_, { signal }) => {
      begun.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    substitutes.push({ refit });
    await record([['user-13', 'i17']]);
    aheadMs += 5 * MINUTE_MS;
    await begun.promise;
    await close();
    await open();
    expect((await ended(8))[7]).toMatchObject({ state: 'published', interaction_count: 1 });
  }, 60_000);

  it('knows nothing any more of a user who was erased, during a round too, whatever still comes in from before', async () => {
    const [begun, erased] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const child = childOf(require.resolve('../dist/jobs/factor-refit-child.js'));
    const refit: FactorRefitter['refit'] = async (question, options) => {
      begun.resolve();
      await erased.promise;
      return child.refit(question, options);
    };
    substitutes.push({ refit });
    await record([
      ['user-2', 'i6'],
      ['user-4', 'i6'],
    ]);
    const before = now();
    aheadMs += 5 * MINUTE_MS;
    await begun.promise;
    // the user asked before the round began, and training hears of it afterwards
    await erase('user-2', before);
    erased.resolve();
    await ended(9);
    expect((await published()).at(-1)!.users.map(({ key }) => key)).toEqual([userKeyOf('user-4')]);
    const interaction = { eventId: 'late', userId: 'user-2', itemId: 'i8', type: 'like', occurredAt: before };
    const late = TOPIC_CODECS.interactions.fromPartial({ interaction, acceptedAt: before });
    const value = TOPIC_CODECS.interactions.encode(late).finish();
    await eventLog.append(TOPICS.interactions.name, [{ key: 'user-2', value }]);
    await service.caughtUp();
    const left = await database.query(
      `SELECT 1 FROM new_interactions WHERE user_id = 'user-2' UNION ALL SELECT 1 FROM learned_factors WHERE key = $1`,
      [userKeyOf('user-2')],
    );
    expect(left.rows).toEqual([]);
    const receipts = [];
    for await (const record of eventLog.read(TOPICS.erasureReceipts.name, { from: 'start' })) {
      receipts.push(TOPIC_CODECS.erasureReceipts.decode(record.value));
    }
    expect(receipts.at(-1)!.erasedCounts).toMatchObject({ learned_factors: 1 });
    expect(receipts.at(-1)!.erasedCounts.new_interactions).toBeGreaterThan(1);
  }, 60_000);

  it('learns anew in the space of another version when that goes into production', async () => {
    await record([['user-15', 'i19']]);
    await trainAndPromote();
    await record([['user-17', 'i11']]);
    aheadMs += 5 * MINUTE_MS;
    const all = await ended(10);
    expect(all[9]).toMatchObject({ state: 'published' });
    expect((await published()).at(-1)!.model).toMatchObject({ name: 'als', version: '2' });
  }, 60_000);

  it('keeps no more than it may, the newest, and nothing that no version needs', async () => {
    const store = new PostgresNewInteractions(database, userKeyOf);
    const newest = async () => {
      const { rows } = await database.query<{ accepted_at: Date }>(
        'SELECT accepted_at FROM new_interactions ORDER BY accepted_at DESC',
      );
      return rows.map((row) => row.accepted_at.getTime());
    };
    await record(['i1', 'i3', 'i5', 'i7'].map((itemId) => ['user-19', itemId] as const));
    aheadMs += 1_000;
    await record([['user-21', 'i9']]);
    const before = await newest();
    await store.prune(new Date(0), 1);
    expect(await newest()).toEqual(before.slice(0, 1));
    await store.prune(new Date(before[0]!), 1_000);
    expect(await newest()).toEqual([]);
  });
});
