import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Guardian, startGuardian } from './guardian';
import { isPortFree } from './ports';
import { type PostgresServer, startPostgres } from './postgres-server';

let folder: string;
let guardian: Guardian;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-devstack-'));
  guardian = startGuardian();
});

afterAll(async () => {
  await guardian[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function start(): Promise<PostgresServer> {
  return startPostgres({ folder: join(folder, 'postgres'), durable: false, guardian });
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe('the PostgreSQL of the local stack', () => {
  it('serves PostgreSQL 18, whoever runs it', async () => {
    await using server = await start();
    expect(await ask(server.url, 'show server_version')).toMatch(/^18\./);
  });

  it('refuses a caller without the password', async () => {
    await using server = await start();
    const url = new URL(server.url);
    url.password = 'guess';
    await expect(ask(url.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('keeps its data from one start to the next', async () => {
    {
      await using server = await start();
      await ask(server.url, 'create table kept as select 42 as answer');
    }
    await using again = await start();
    expect(await ask(again.url, 'select answer from kept')).toBe(42);
  });

  it('comes back on the same port with its data after it was killed', async () => {
    await using server = await start();
    await ask(server.url, 'create table survived as select 7 as n');
    const killed = server.process.identity!.pid;
    const exited = new Promise<void>((resolve) => {
      const look = () => (server.process.identity?.pid === killed ? setTimeout(look, 5) : resolve());
      look();
    });
    process.kill(killed, 'SIGKILL');
    await exited;
    await server.process.ready();
    expect(await ask(server.url, 'select n from survived')).toBe(7);
    expect(server.process.identity?.pid).not.toBe(killed);
  });

  it('starts although a lock file names a process number that is now another program', async () => {
    {
      await using server = await start();
      await ask(server.url, 'select 1');
    }
    const lock = join(folder, 'postgres', 'data', 'postmaster.pid');
    writeFileSync(lock, `${process.pid}\n${join(folder, 'postgres', 'data')}\n`);
    await using again = await start();
    expect(Number(readFileSync(lock, 'utf8').split('\n')[0])).toBe(again.process.identity?.pid);
  });

  it('frees its port when it stops', async () => {
    const server = await start();
    expect(await isPortFree(server.port)).toBe(false);
    await server[Symbol.asyncDispose]();
    expect(await isPortFree(server.port)).toBe(true);
  });
});
