import { isAppError } from '@attune/errors';
import type { IdempotencyKey } from '@attune/grpc';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import { migrateIdempotencyStore, PostgresIdempotencyStore } from './postgres-idempotency-store';

const { databaseUrl, namespace } = useInfra();
const schema = schemaFor(namespace, 'kit');
let database: Database;
let store: PostgresIdempotencyStore;
let requests = 0;

beforeAll(async () => {
  await migrateIdempotencyStore(databaseUrl, schema);
  database = await openDatabase({ url: databaseUrl, schema, applicationName: namespace });
  store = new PostgresIdempotencyStore(database);
});

afterAll(async () => {
  await database.query(`DROP SCHEMA ${schema} CASCADE`);
  await database[Symbol.asyncDispose]();
});

const aKey = (changes: Partial<IdempotencyKey> = {}): IdempotencyKey => ({
  method: '/s/Create',
  requestId: `r${++requests}`,
  requestHash: 'hash',
  ...changes,
});
const bytes = (...values: number[]) => new Uint8Array(values);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const never = () => Promise.reject(new Error('must not run'));

describe('PostgresIdempotencyStore', () => {
  it('answers a repeated call with the first answer and does not run it again', async () => {
    const key = aKey();
    await store.run(key, async () => bytes(1, 0, 255));
    expect([...(await store.run(key, never))]).toEqual([1, 0, 255]);
  });

  it('remembers an empty answer', async () => {
    const key = aKey();
    await store.run(key, async () => bytes());
    expect((await store.run(key, never)).length).toBe(0);
  });

  it('keeps the same id of two methods apart', async () => {
    const key = aKey();
    await store.run(key, async () => bytes(1));
    expect([...(await store.run({ ...key, method: '/s/Delete' }, async () => bytes(2)))]).toEqual([2]);
  });

  it('refuses an id that was used with another content', async () => {
    const key = aKey();
    await store.run(key, async () => bytes(1));
    const error = await failureOf(store.run({ ...key, requestHash: 'other' }, never));
    expect(isAppError(error, 'invalid.request_id_reused')).toBe(true);
  });

  it('runs concurrent duplicates once, whichever process they reach', async () => {
    const other = new PostgresIdempotencyStore(database);
    const key = aKey();
    let runs = 0;
    const execute = async () => bytes(++runs);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? store : other).run(key, execute)),
    );
    expect(answers.map((answer) => answer[0])).toEqual(Array(8).fill(1));
  });

  it('forgets a call that failed, so that it can be tried again', async () => {
    const key = aKey();
    expect(await failureOf(store.run(key, () => Promise.reject(new Error('on purpose'))))).toEqual(
      new Error('on purpose'),
    );
    expect([...(await store.run(key, async () => bytes(3)))]).toEqual([3]);
  });

  it('says that a call is still running when a duplicate has waited long enough', async () => {
    const impatient = new PostgresIdempotencyStore(database, { waitMs: 20 });
    const key = aKey();
    let finish: (answer: Uint8Array) => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      void store.run(key, () => {
        resolve();
        return new Promise((done) => (finish = done));
      });
    });
    await started;
    expect(isAppError(await failureOf(impatient.run(key, never)), 'conflict.request_in_progress')).toBe(true);
    finish(bytes(1));
    expect([...(await store.run(key, never))]).toEqual([1]);
  });

  it('takes over a call whose process died', async () => {
    const key = aKey();
    await database.query(
      "INSERT INTO idempotent_calls VALUES ($1, $2, $3, 'running', gen_random_uuid(), NULL, now() - interval '3 minutes')",
      [key.method, key.requestId, key.requestHash],
    );
    expect([...(await store.run(key, async () => bytes(4)))]).toEqual([4]);
  });

  it('forgets answers after a day, and sweeps them away', async () => {
    const key = aKey();
    await store.run(key, async () => bytes(1));
    await database.query("UPDATE idempotent_calls SET created_at = now() - interval '25 hours' WHERE request_id = $1", [
      key.requestId,
    ]);
    expect([...(await store.run({ ...key, requestHash: 'other' }, async () => bytes(2)))]).toEqual([2]);
    await database.query("UPDATE idempotent_calls SET created_at = now() - interval '25 hours' WHERE request_id = $1", [
      key.requestId,
    ]);
    expect(await store.sweep()).toBe(1);
  });
});
