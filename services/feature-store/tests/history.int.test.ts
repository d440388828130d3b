import { hash } from 'node:crypto';
import { events, featureStore, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { anInteraction, anItem, aUser, useInfra } from '@attune/testkit';
import { parquetReadObjects } from 'hyparquet';
import type { HistoryArchive, HistoryTable } from '../src/history-ports';
import { postgresHistoryArchive } from '../src/storage/archive/postgres-history-archive';
import { makeMaintainHistory } from '../src/use-cases/maintain-history';
import { type Started, startForTest } from './fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const userKeyOf = makeUserKeys(DEVELOPMENT_SECRET);
const DAY_MS = 86_400_000;
const DAY = '2026-03-01';
const USERS = ['uma-plain-id', 'ulf-plain-id', 'una-plain-id'];
const AUTHOR = 'aron-plain-id';
let now = new Date(`${DAY}T12:00:00Z`);
const clock = () => now;
let store: Started;
let database: Database;
let log: EventLog;
let objects: ObjectStore;
let archive: HistoryArchive;

beforeAll(async () => {
  store = await startForTest(infra, { clock });
  const schema = schemaFor(infra.namespace, 'feature-store');
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
  const kafka = infra.kafkaBrokers === undefined ? {} : { kafkaBrokers: [infra.kafkaBrokers] };
  log = await openEventLog({ redisUrl: infra.redisUrl, ...kafka, topicPrefix: infra.namespace, clientId: 'test' });
  objects = openObjectStore(infra.objectStoreUrl);
  archive = postgresHistoryArchive({ database, objects, userKeyOf });
  await fillDay();
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await log[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Something of every kind, with every field: profiles, items, follows, interactions, a decision. */
async function fillDay(): Promise<void> {
  const { client, service } = store;
  await client.upsertUsers({ users: USERS.map((userId) => aUser({ userId })), requestId: '' });
  const items = ['i1', 'i2'].map((itemId) => anItem({ itemId, authorId: AUTHOR, title: 'Über "alles" \\ {},' }));
  await client.upsertItems({ items: [...items, anItem({ itemId: 'i3', authorId: '' })], requestId: '' });
  const follow = { followerId: USERS[0]!, followeeId: USERS[1]!, since: undefined, removed: false };
  await client.setFollows({ follows: [follow, { ...follow, followeeId: USERS[2]! }], requestId: '' });
  await client.setFollows({ follows: [{ ...follow, removed: true }], requestId: '' });
  await service.caughtUp();
  const all = USERS.flatMap((userId, n) =>
    ['view', 'like', 'rating', 'share'].map((type, m) =>
      anInteraction({
        ...{ userId, type, itemId: `i${((n + m) % 4) + 1}`, value: type === 'rating' ? 4.5 : undefined },
        ...{ occurredAt: new Date(now.getTime() - m * DAY_MS - n - 1), position: m === 1 ? 7 : undefined },
        ...{ decisionId: `d${n}`, surface: 'home', context: m === 2 ? { 'a "b"': 'ü\\{1},NULL' } : {} },
      }),
    ),
  );
  await client.recordInteractions({ interactions: all, producer: 'test' });
  await client.recordInteractions({ interactions: [anInteraction({ userId: 'nobody-plain-id' })], producer: '' });
  for (const userId of [...USERS, 'stranger-plain-id']) await decide(userId);
  await service.caughtUp();
  await database.query("UPDATE interactions SET flags = '{rate,other}' WHERE type = 'share'");
}

async function decide(userId: string): Promise<void> {
  const slate = [events.DecidedItem.fromPartial({ itemId: 'i1', score: 0.25, propensity: 1 })];
  const decision = { decisionId: `d-${userId.slice(0, 3)}`, userId, decidedAt: now, slate, latencyMs: 3.5 };
  const value = TOPIC_CODECS.decisions.encode({ decision: events.DecisionRecord.fromPartial(decision) }).finish();
  await log.append(TOPICS.decisions.name, [{ key: userId, value }]);
}

const round = (keptDays: Partial<Record<HistoryTable, number>> = {}, of = archive) =>
  makeMaintainHistory({
    ...{ archive: of, clock, onStuck: (part) => expect(part).toBe('leaving') },
    keptDays: { interactions: 90, decisions: 90, entity_changes: undefined, ...keptDays },
  })();

/** All objects of the archive with the hash of their bytes. */
async function files(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of objects.list('history/')) found[key] = hash('sha256', await objects.get(key), 'hex');
  return found;
}

async function rowsIn(key: string): Promise<Record<string, unknown>[]> {
  const bytes = await objects.get(key);
  return parquetReadObjects({ file: Uint8Array.from(bytes).buffer as ArrayBuffer, utf8: false });
}

const hasUserId = (value: unknown): boolean => {
  if (value instanceof Uint8Array) return Buffer.from(value).includes('plain-id');
  return typeof value === 'string' && value.includes('plain-id');
};

/** The rows of a table as text, whole. */
async function tableRows(table: HistoryTable): Promise<string[]> {
  const { rows } = await database.query<{ row: string }>(
    `SELECT (${table}.*)::text AS row FROM ${table} ORDER BY known_seq, 1`,
  );
  return rows.map(({ row }) => row);
}

/** All states, without the version, which counts how often they were folded. */
async function states(): Promise<string[]> {
  const { rows } = await database.query<{ state: string }>(
    `SELECT view || ' ' || entity_id || ' ' || encode(overlay(state PLACING '\\x0000000000000000' FROM 9), 'hex') AS state
     FROM feature_states WHERE state <> '' ORDER BY 1`,
  );
  return rows.map(({ state }) => state);
}

async function refold(): Promise<void> {
  for await (const _ of store.client.rebuildFeatures({ fromHistory: true }));
}

async function trainingSet(): Promise<featureStore.TrainingSet | undefined> {
  let dataset: featureStore.TrainingSet | undefined;
  const kind = featureStore.TrainingSetKind.INTERACTIONS;
  const request = featureStore.BuildTrainingSetRequest.fromPartial({ kind });
  for await (const progress of store.client.buildTrainingSet(request)) dataset = progress.dataset;
  return dataset;
}

const partsThere = async () =>
  (await archive.days()).filter(({ day, isInDatabase }) => day === DAY && isInDatabase).map(({ table }) => table);

describe('a day of the history', () => {
  it('is exported when it has been over for an hour, and not before', async () => {
    now = new Date('2026-03-02T00:59:59Z');
    await round();
    expect(await files()).toEqual({});
    now = new Date('2026-03-02T01:00:00Z');
    await round();
    expect(Object.keys(await files())).toEqual(
      ['decisions', 'entity_changes', 'interactions'].flatMap((table) => [
        `history/${table}/day=${DAY}/manifest.json`,
        `history/${table}/day=${DAY}/part-00000.parquet`,
      ]),
    );
  });

  it('names users by their keyed hashes only, in columns and in records', async () => {
    for (const key of Object.keys(await files()).filter((name) => name.endsWith('.parquet'))) {
      const rows = await rowsIn(key);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter((row) => Object.values(row).some(hasUserId))).toEqual([]);
    }
    const rows = await rowsIn(`history/interactions/day=${DAY}/part-00000.parquet`);
    expect(new Set(rows.map((row) => row.user_key))).toEqual(new Set([...USERS, 'nobody-plain-id'].map(userKeyOf)));
  });

  it('is written to equal bytes when it is exported again', async () => {
    const before = await files();
    for (const table of ['interactions', 'entity_changes', 'decisions'] as const) {
      await archive.export({ table, day: DAY }, now);
    }
    expect(await files()).toEqual(before);
  });

  it('leaves when it is old, and comes back as it was', async () => {
    const tables = ['interactions', 'entity_changes'] as const;
    const before = await Promise.all(tables.map(tableRows));
    const decisions = await tableRows('decisions');
    now = new Date(Date.parse('2026-03-02T00:00:00Z') + 90 * DAY_MS - 1);
    await round({ entity_changes: 90 });
    expect(await partsThere()).toHaveLength(3);
    now = new Date(now.getTime() + 1);
    await round({ entity_changes: 90 });
    expect(await partsThere()).toEqual([]);
    expect(await tableRows('interactions')).toEqual([]);
    for (const table of [...tables, 'decisions'] as const) await archive.restore({ table, day: DAY }, now);
    expect(await Promise.all(tables.map(tableRows))).toEqual(before);
    // Of a stranger only the decision was known, so that nobody can tell whose it was.
    expect(await tableRows('decisions')).toEqual(decisions.filter((row) => !row.includes('stranger')));
  });

  it('stays for a day after it came back, and leaves again', async () => {
    now = new Date(now.getTime() + DAY_MS - 1);
    await round({ entity_changes: 90 });
    expect(await partsThere()).toHaveLength(3);
    now = new Date(now.getTime() + 1);
    await round({ entity_changes: 90 });
    expect(await partsThere()).toEqual([]);
  });

  it('is loaded back by itself for who folds features again or builds a training set, to equal bytes', async () => {
    const before = await states();
    await database.query("UPDATE feature_states SET state = ''");
    await refold();
    expect(await states()).toEqual(before);
    expect(await partsThere()).toEqual(['entity_changes', 'interactions']);
    expect((await trainingSet())?.rowCount).toBe(13);
  });
});
