import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '@attune/errors';
import { useInfra } from '@attune/testkit';
import { Client } from 'pg';
import { migrate } from './migrate';

const { databaseUrl, namespace } = useInfra();
const admin = new Client({ connectionString: databaseUrl });
const folders: string[] = [];
let schemas = 0;

beforeAll(() => admin.connect());
afterAll(async () => {
  for (let n = 1; n <= schemas; n++) await admin.query(`DROP SCHEMA IF EXISTS ${namespace}_${n} CASCADE`);
  await admin.end();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const aSchema = () => `${namespace}_${++schemas}`;

function aFolder(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-migrations-'));
  folders.push(folder);
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  return folder;
}

const appliedIn = async (schema: string): Promise<string[]> =>
  (await admin.query(`SELECT name FROM ${schema}.schema_migrations ORDER BY id`)).rows.map((row) => row.name);

describe('migrate', () => {
  it('creates the schema, applies each file once, and goes on with new ones', async () => {
    const schema = aSchema();
    const first = { '0001_things.sql': "CREATE TABLE things (id int); INSERT INTO things VALUES (1); SELECT '{a}';" };
    await migrate({ url: databaseUrl, schema, directory: aFolder(first) });
    const directory = aFolder({ ...first, '0002_more.sql': 'ALTER TABLE things ADD COLUMN more text;' });
    await migrate({ url: databaseUrl, schema, directory });
    await migrate({ url: databaseUrl, schema, directory });
    expect(await appliedIn(schema)).toEqual(['0001_things', '0002_more']);
    expect((await admin.query(`SELECT id, more FROM ${schema}.things`)).rows).toEqual([{ id: 1, more: null }]);
  });

  it('names the file that failed, keeps those before it, and leaves nothing of the one that failed', async () => {
    const schema = aSchema();
    const directory = aFolder({
      '0001_good.sql': 'CREATE TABLE good (id int);',
      '0002_bad.sql': 'CREATE TABLE half (id int); ALTER TABLE missing ADD COLUMN x int;',
    });
    const error = await migrate({ url: databaseUrl, schema, directory }).catch((failure: unknown) => failure);
    expect((error as AppError).code).toBe('failed_precondition.migration');
    expect((error as AppError).message).toContain(
      `migration 0002_bad.sql of schema "${schema}" failed: relation "missing"`,
    );
    expect(await appliedIn(schema)).toEqual(['0001_good']);
    const half = await admin.query(
      "SELECT 1 FROM information_schema.tables WHERE table_schema = $1 AND table_name = 'half'",
      [schema],
    );
    expect(half.rowCount).toBe(0);
  });

  it('refuses a file that would have to run before one that has run', async () => {
    const schema = aSchema();
    await migrate({ url: databaseUrl, schema, directory: aFolder({ '0002_b.sql': 'SELECT 1;' }) });
    const directory = aFolder({ '0001_a.sql': 'SELECT 1;', '0002_b.sql': 'SELECT 1;' });
    await expect(migrate({ url: databaseUrl, schema, directory })).rejects.toThrow('0001_a');
  });

  it('refuses names that are not NNNN_name.sql', async () => {
    const directory = aFolder({ '1-things.sql': '', '0001_ok.sql': '' });
    await expect(migrate({ url: databaseUrl, schema: aSchema(), directory })).rejects.toThrow('1-things.sql');
  });

  it('makes those that migrate one schema at once wait for each other', async () => {
    const schema = aSchema();
    const directory = aFolder({
      '0001_slow.sql': 'SELECT pg_sleep(0.2); CREATE TABLE things (id int);',
      '0002_row.sql': 'INSERT INTO things VALUES (1);',
    });
    await Promise.all([1, 2, 3].map(() => migrate({ url: databaseUrl, schema, directory })));
    expect((await admin.query(`SELECT id FROM ${schema}.things`)).rows).toEqual([{ id: 1 }]);
  });
});
