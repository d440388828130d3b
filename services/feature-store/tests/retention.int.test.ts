import { join } from 'node:path';
import { loadSettings } from '@attune/config';
import { LONGEST_TOPIC_DAYS, TABLE_RETENTION } from '@attune/contracts';
import { type Database, migrate, openDatabase, schemaFor } from '@attune/postgres';
import { settingsOf, useInfra } from '@attune/testkit';
import { featureStoreSettings } from '../src';
import { agingTables } from '../src/history';
import { postgresOldRows } from '../src/storage/postgres-old-rows';
import { postgresQualityStore } from '../src/storage/postgres-quality-store';
import { makeEnforceRetention } from '../src/use-cases/enforce-retention';
import { makeJudgeQualityHours } from '../src/use-cases/judge-quality-hours';

const infra = useInfra();
const schema = schemaFor(infra.namespace, 'retention');
const NOW = new Date('2026-06-10T15:00:00Z');
const DAY_MS = 86_400_000;
const load = (settings: Readonly<Record<string, string>>) =>
  loadSettings(featureStoreSettings, { ...settingsOf(infra), ...settings });
let database: Database;

beforeAll(async () => {
  await migrate({ url: infra.databaseUrl, schema, directory: join(__dirname, '../migrations') });
  database = await openDatabase({ url: infra.databaseUrl, schema, applicationName: infra.namespace });
});

afterAll(async () => {
  await database.query(`DROP SCHEMA ${schema} CASCADE`);
  await database[Symbol.asyncDispose]();
});

const INSERT: Readonly<Record<string, string>> = {
  known_events:
    'INSERT INTO known_events (known_at, event_hash) SELECT at, gen_random_uuid() FROM unnest($1::timestamptz[]) AS at',
  redriven_dead_letters: 'INSERT INTO redriven_dead_letters SELECT at::text, at FROM unnest($1::timestamptz[]) AS at',
};

describe('what is too old', () => {
  const tables = agingTables(load({}));

  it('is what the contracts say is deleted', () => {
    const told = TABLE_RETENTION.filter(({ enforcedBy }) => enforcedBy?.endsWith('enforce-retention.ts'));
    expect(tables.map(({ table, days }) => ({ table, days }))).toEqual(
      told.map(({ table, days }) => ({ table, days })),
    );
    expect(tables.map(({ table }) => table)).toEqual(Object.keys(INSERT));
  });

  it.each(tables)('leaves $table after its days, and nothing else does', async ({ table, column, days }) => {
    const first = Date.UTC(2026, 5, 10) - days * DAY_MS;
    const kept = [NOW, new Date(first + 1), new Date(first)];
    await database.query(INSERT[table]!, [[...kept, new Date(first - 1), new Date(first - 100 * DAY_MS)]]);
    const enforce = makeEnforceRetention({ oldRows: postgresOldRows(database), tables, clock: () => NOW });
    await enforce();
    const sql = `SELECT ${column} AS at FROM ${table} ORDER BY 1 DESC`;
    expect((await database.query(sql)).rows.map(({ at }) => at)).toEqual(kept);
  });

  it('goes in pieces, however much it is', async () => {
    const count = 200_000;
    await database.query(
      `INSERT INTO known_events SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN '2020-01-01'::timestamptz ELSE $2 END
       FROM generate_series(1, $1::int) AS n`,
      [count, NOW],
    );
    const before = Number((await database.query('SELECT count(*) FROM known_events')).rows[0]!.count);
    const query = jest.spyOn(database, 'query');
    const old = await postgresOldRows(database).deleteBefore(tables[0]!, new Date('2021-01-01T00:00:00Z'));
    const deleted = await Promise.all(query.mock.results.map(({ value }) => value)).then((all) =>
      all.map(({ rowCount }) => rowCount).slice(2),
    );
    query.mockRestore();
    expect(old).toBe(count / 2);
    expect(deleted.length).toBeGreaterThan(1);
    expect(Math.max(...deleted)).toBeLessThan(count / 2);
    expect(Number((await database.query('SELECT count(*) FROM known_events')).rows[0]!.count)).toBe(before - count / 2);
  });
});

describe('hours of incoming data', () => {
  it('are kept for the days of the setting, to the hour', async () => {
    const hours = [0, 1].map((n) => new Date(NOW.getTime() - 8 * DAY_MS - n * 3_600_000));
    for (const table of ['quality_counts', 'quality_anomalies']) {
      await database.query(table === 'quality_counts' ? COUNT : TOLD, [hours]);
    }
    const store = postgresQualityStore(database);
    const clock = () => new Date(NOW.getTime() + 60_000);
    await makeJudgeQualityHours({ store, types: [], tell: async () => undefined, clock, keptDays: 8 })();
    for (const table of ['quality_counts', 'quality_anomalies']) {
      expect((await database.query(`SELECT hour FROM ${table}`)).rows).toEqual([{ hour: hours[0] }]);
    }
  });
});

const COUNT = "INSERT INTO quality_counts SELECT at, 'p', 'volume', '', 1 FROM unnest($1::timestamptz[]) AS at";
const TOLD = 'INSERT INTO quality_anomalies SELECT at::text, at, at FROM unnest($1::timestamptz[]) AS at';

describe('a setting that forgets events while they can still come again', () => {
  it('keeps the service from starting, and says the least that is possible', () => {
    expect(() => load({ ATTUNE_FEATURE_STORE_KNOWN_EVENT_DAYS: String(LONGEST_TOPIC_DAYS - 1) })).toThrow(
      new RegExp(`ATTUNE_FEATURE_STORE_KNOWN_EVENT_DAYS.*${LONGEST_TOPIC_DAYS}`),
    );
    expect(load({ ATTUNE_FEATURE_STORE_KNOWN_EVENT_DAYS: String(LONGEST_TOPIC_DAYS) })).toMatchObject({
      knownEventDays: LONGEST_TOPIC_DAYS,
    });
  });
});
