import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { type EventLog, openEventLog } from '@attune/event-log';
import { type ObjectStore, openObjectStore } from '@attune/object-store';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { DEVELOPMENT_SECRET, makeUserKeys } from '@attune/privacy';
import { anInteraction, anItem, aUser, type TestInfra } from '@attune/testkit';
import { parquetReadObjects } from 'hyparquet';
import type { HistoryArchive, HistoryTable } from '../src/history-ports';
import { postgresHistoryArchive } from '../src/storage/archive/postgres-history-archive';
import { makeMaintainHistory } from '../src/use-cases/maintain-history';
import { type Started, startForTest } from './fleet';

/** A day (UTC) in milliseconds. */
export const DAY_MS = 86_400_000;
/** The day on which everything becomes known. */
export const DAY = '2026-03-01';
/** Users with a profile, whose ids are easily found among bytes. */
export const USERS = ['uma-plain-id', 'ulf-plain-id', 'una-plain-id'] as const;
/** Somebody who wrote items and has no account. */
export const AUTHOR = 'aron-plain-id';
/** Somebody who was only ever decided for. */
export const STRANGER = 'stranger-plain-id';
/** How users are named in files. */
export const userKeyOf = makeUserKeys(DEVELOPMENT_SECRET);

/** A feature-store with a day of history, and a clock that the test sets. */
export interface HistoryFleet extends AsyncDisposable {
  now: Date;
  readonly store: Started;
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly archive: HistoryArchive;
  /** One round of the maintenance; interactions and decisions stay for 90 days, what is given as given. */
  round(keptDays?: Partial<Record<HistoryTable, number>>, of?: HistoryArchive): Promise<void>;
  /** Something of every kind becomes known, with every field. */
  fillDay(): Promise<void>;
  /** All objects of the archive with the hash of their bytes. */
  files(): Promise<Record<string, string>>;
  rowsIn(key: string): Promise<Record<string, unknown>[]>;
  /** The tables of the day that are in the database. */
  tablesThere(): Promise<string[]>;
  /** The rows of a table as text, whole. */
  tableRows(table: HistoryTable): Promise<string[]>;
  /** All states, without the version, which counts how often they were folded. */
  states(): Promise<string[]>;
}

/** Starts a feature-store whose clock stands at noon of the day. */
export async function startHistory(infra: TestInfra): Promise<HistoryFleet> {
  let now = new Date(`${DAY}T12:00:00Z`);
  const clock = () => now;
  const store = await startForTest(infra, { clock });
  const schema = schemaFor(infra.namespace, 'feature-store');
  const database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
  const kafka = infra.kafkaBrokers === undefined ? {} : { kafkaBrokers: [infra.kafkaBrokers] };
  const log = await openEventLog({
    redisUrl: infra.redisUrl,
    ...kafka,
    topicPrefix: infra.namespace,
    clientId: 'test',
  });
  const objects = openObjectStore(infra.objectStoreUrl);
  const archive = postgresHistoryArchive({ database, objects, userKeyOf });
  return {
    get now() {
      return now;
    },
    set now(moment) {
      now = moment;
    },
    ...{ store, database, objects, archive },
    round: (keptDays = {}, of = archive) =>
      makeMaintainHistory({
        ...{ archive: of, clock, onStuck: (part) => expect(part).toBe('on its way') },
        keptDays: { interactions: 90, decisions: 90, entity_changes: undefined, ...keptDays },
      })(),
    fillDay: () => fillDay(store, log, database, now),
    files: () => filesOf(objects),
    rowsIn: async (key) => {
      const file = Uint8Array.from(await objects.get(key)).buffer as ArrayBuffer;
      return parquetReadObjects({ file, utf8: false, compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) } });
    },
    tablesThere: async () =>
      (await archive.days()).filter(({ day, isInDatabase }) => day === DAY && isInDatabase).map(({ table }) => table),
    tableRows: async (table) => {
      const sql = `SELECT (${table}.*)::text AS text FROM ${table} ORDER BY known_seq, 1`;
      return textOf(database, sql);
    },
    states: () => textOf(database, STATES),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await log[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const STATES = `
SELECT view || ' ' || entity_id || ' ' || encode(overlay(state PLACING '\\x0000000000000000' FROM 9), 'hex') AS text
FROM feature_states WHERE state <> '' ORDER BY 1`;

async function textOf(database: Database, sql: string): Promise<string[]> {
  return (await database.query<{ text: string }>(sql)).rows.map(({ text }) => text);
}

async function filesOf(objects: ObjectStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of objects.list('history/')) found[key] = hash('sha256', await objects.get(key), 'hex');
  return found;
}

async function fillDay({ client, service }: Started, log: EventLog, database: Database, now: Date): Promise<void> {
  await client.upsertUsers({ users: USERS.map((userId) => aUser({ userId })), requestId: '' });
  const items = ['i1', 'i2'].map((itemId) => anItem({ itemId, authorId: AUTHOR, title: 'Über "alles" \\ {},' }));
  await client.upsertItems({ items: [...items, anItem({ itemId: 'i3', authorId: '' })], requestId: '' });
  const follow = { followerId: USERS[0], followeeId: USERS[1], since: undefined, removed: false };
  await client.setFollows({ follows: [follow, { ...follow, followeeId: USERS[2] }], requestId: '' });
  await client.setFollows({ follows: [{ ...follow, removed: true }], requestId: '' });
  const block = { userId: USERS[0], since: undefined, removed: false };
  const targets = [{ $case: 'authorId', value: AUTHOR } as const, { $case: 'topic', value: 'Ü "war"' } as const];
  await client.setBlocks({ blocks: targets.map((target) => ({ ...block, target })), requestId: '' });
  await service.caughtUp();
  const interactions = USERS.flatMap((userId, n) =>
    ['view', 'like', 'rating', 'share'].map((type, m) =>
      anInteraction({
        ...{ userId, type, itemId: `i${((n + m) % 4) + 1}`, value: type === 'rating' ? 4.5 : undefined },
        ...{ occurredAt: new Date(now.getTime() - m * DAY_MS - n - 1), position: m === 1 ? 7 : undefined },
        ...{ decisionId: `d${n}`, surface: 'home', context: m === 2 ? { 'a "b"': 'ü\\{1},NULL' } : {} },
      }),
    ),
  );
  await client.recordInteractions({ interactions, producer: 'test' });
  await client.recordInteractions({ interactions: [anInteraction({ userId: 'nobody-plain-id' })], producer: '' });
  for (const userId of [...USERS, STRANGER]) await decide(log, userId, now);
  await service.caughtUp();
  await database.query("UPDATE interactions SET flags = '{rate,other}' WHERE type = 'share'");
}

async function decide(log: EventLog, userId: string, decidedAt: Date): Promise<void> {
  const slate = [events.DecidedItem.fromPartial({ itemId: 'i1', score: 0.25, propensity: 1 })];
  const decision = { decisionId: `d-${userId.slice(0, 3)}`, userId, decidedAt, slate, latencyMs: 3.5 };
  const value = TOPIC_CODECS.decisions.encode({ decision: events.DecisionRecord.fromPartial(decision) }).finish();
  await log.append(TOPICS.decisions.name, [{ key: userId, value }]);
}
