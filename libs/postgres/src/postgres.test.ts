import { AppError, isAppError } from '@attune/errors';
import { freePorts, openCuttableProxy, useInfra } from '@attune/testkit';
import type { Database } from './database';
import { sqlState } from './from-postgres';
import { openDatabase } from './open-database';
import { schemaFor } from './schema';

const { databaseUrl, namespace } = useInfra();
const schema = schemaFor(namespace, 'feature-store');
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ url: databaseUrl, schema, applicationName: namespace, maxConnections: 4 });
  await database.query(`CREATE SCHEMA ${schema}`);
  await database.query('CREATE TABLE counts (id int PRIMARY KEY, n int NOT NULL)');
});

afterAll(async () => {
  await database.query(`DROP SCHEMA ${schema} CASCADE`);
  await database[Symbol.asyncDispose]();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** Resolves once a statement that holds this text is running in the server. */
async function running(text: string): Promise<void> {
  const find = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1";
  while ((await database.query(find, [`%${text}%`])).rowCount === 0);
}

describe('query', () => {
  it('finds tables in the schema of the service and nowhere else', async () => {
    const { rows } = await database.query<{ search_path: string }>('SHOW search_path');
    expect(rows).toEqual([{ search_path: schema }]);
  });

  it('cancels the statement in the server when its caller gives up', async () => {
    const abort = new AbortController();
    const marker = `${namespace}_sleep`;
    const sleeping = failureOf(database.query(`SELECT pg_sleep(60) AS ${marker}`, [], { signal: abort.signal }));
    await running(marker);
    abort.abort();
    expect(isAppError(await sleeping, 'cancelled.query')).toBe(true);
    const active =
      "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE $1 AND pid <> pg_backend_pid()";
    expect((await database.query(active, [`%${marker}%`])).rowCount).toBe(0);
  });

  it('uses the connection of a cancelled statement again, unharmed', async () => {
    await using single = await openDatabase({
      url: databaseUrl,
      schema,
      applicationName: namespace,
      maxConnections: 1,
    });
    const pid = async () => (await single.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const before = await pid();
    for (let round = 0; round < 5; round++) {
      const signal = AbortSignal.timeout(5);
      expect(await failureOf(single.query('SELECT pg_sleep(60)', [], { signal }))).toBeInstanceOf(AppError);
    }
    expect(await pid()).toBe(before);
  });

  it('gives the reason of the signal where that is an error of the fleet', async () => {
    const late = new AppError('deadline.call', 'the call took too long');
    expect(await failureOf(database.query('SELECT 1', [], { signal: AbortSignal.abort(late) }))).toBe(late);
  });

  it('stops waiting for a connection when its caller gives up, and loses none', async () => {
    await using single = await openDatabase({
      url: databaseUrl,
      schema,
      applicationName: namespace,
      maxConnections: 1,
    });
    const abort = new AbortController();
    await single.transaction(async () => {
      const waiting = failureOf(single.query('SELECT 1', [], { signal: abort.signal }));
      abort.abort();
      expect(isAppError(await waiting, 'cancelled')).toBe(true);
    });
    expect((await single.query('SELECT 1')).rowCount).toBe(1);
  });

  it.each([
    ['text', 'SELECT $1::text AS t', 'a\u0000b'],
    ['JSON text', 'SELECT $1::jsonb AS t', '"a\\u0000b"'],
    ['JSON text with half a character', 'SELECT $1::jsonb AS t', '"\\ud800"'],
  ])('refuses %s that PostgreSQL cannot store as invalid text', async (_, sql, value) => {
    expect(isAppError(await failureOf(database.query(sql, [value])), 'invalid.text')).toBe(true);
  });

  it("leaves other errors of a statement as the driver's, with their SQLSTATE", async () => {
    await database.query('INSERT INTO counts VALUES (99, 0)');
    expect(sqlState(await failureOf(database.query('INSERT INTO counts VALUES (99, 0)')))).toBe('23505');
  });
});

describe('transaction', () => {
  it('leaves nothing behind when its function throws', async () => {
    const failing = database.transaction(async (tx) => {
      await tx.query('INSERT INTO counts VALUES (1, 1)');
      throw new Error('on purpose');
    });
    expect(await failureOf(failing)).toEqual(new Error('on purpose'));
    expect((await database.query('SELECT 1 FROM counts WHERE id = 1')).rowCount).toBe(0);
  });

  it('runs again after a serialization failure, until both effects are there', async () => {
    await database.query('INSERT INTO counts VALUES (2, 0)');
    let meet: (() => void) | undefined;
    const bothHaveRead = new Promise<void>((resolve) => {
      let readers = 0;
      meet = () => ++readers === 2 && resolve();
    });
    const increment = () =>
      database.transaction(
        async (tx) => {
          const { rows } = await tx.query<{ n: number }>('SELECT n FROM counts WHERE id = 2');
          meet?.();
          await bothHaveRead;
          await tx.query('UPDATE counts SET n = $1 WHERE id = 2', [rows[0]!.n + 1]);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([increment(), increment()]);
    expect((await database.query('SELECT n FROM counts WHERE id = 2')).rows).toEqual([{ n: 2 }]);
  });

  it('gives up after the last attempt with a conflict', async () => {
    let attempts = 0;
    const always = database.transaction(
      async (tx) => {
        attempts++;
        await tx.query("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$");
      },
      { maxAttempts: 3 },
    );
    expect(isAppError(await failureOf(always), 'conflict.postgres')).toBe(true);
    expect(attempts).toBe(3);
  });

  it('rolls back and frees its connection when its caller gives up in the middle', async () => {
    const abort = new AbortController();
    const marker = `${namespace}_tx_sleep`;
    const given = failureOf(
      database.transaction(
        async (tx) => {
          await tx.query('INSERT INTO counts VALUES (3, 1)');
          await tx.query(`SELECT pg_sleep(60) AS ${marker}`);
        },
        { signal: abort.signal },
      ),
    );
    await running(marker);
    abort.abort();
    expect(isAppError(await given, 'cancelled')).toBe(true);
    expect((await database.query('SELECT 1 FROM counts WHERE id = 3')).rowCount).toBe(0);
  });
});

describe('when the server goes away', () => {
  it('survives the loss of idle connections, and goes on when the server is back', async () => {
    await using road = await openCuttableProxy({ targetUrl: databaseUrl });
    await using far = await openDatabase({ url: road.url, schema, applicationName: namespace });
    road.cut();
    expect(isAppError(await failureOf(far.query('SELECT 1')), 'unavailable.postgres')).toBe(true);
    road.mend();
    expect((await far.query('SELECT 1')).rowCount).toBe(1);
  });

  it('reports a statement whose connection was cut as unavailable', async () => {
    await using road = await openCuttableProxy({ targetUrl: databaseUrl });
    await using far = await openDatabase({ url: road.url, schema, applicationName: namespace });
    const marker = `${namespace}_cut`;
    const sleeping = failureOf(far.transaction((tx) => tx.query(`SELECT pg_sleep(2) AS ${marker}`)));
    await running(marker);
    road.cut();
    expect(isAppError(await sleeping, 'unavailable.postgres')).toBe(true);
  });

  it('reports a connection that the server ended as unavailable', async () => {
    const marker = `${namespace}_terminated`;
    const sleeping = failureOf(database.query(`SELECT pg_sleep(60) AS ${marker}`));
    await running(marker);
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()',
      [`%${marker}%`],
    );
    expect(isAppError(await sleeping, 'unavailable.postgres')).toBe(true);
  });

  it('says that a server that never answered is unavailable', async () => {
    const url = new URL(databaseUrl);
    const [unused] = await freePorts(1);
    url.port = String(unused);
    const opening = openDatabase({ url: url.href, schema, applicationName: namespace });
    expect(isAppError(await failureOf(opening), 'unavailable.postgres')).toBe(true);
  });
});
