import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, runDoctor } from './doctor';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-doctor-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What the doctor says with the test run's own servers, unless told otherwise. */
async function examine(env: NodeJS.ProcessEnv = {}): Promise<(name: string) => CheckResult> {
  const servers = {
    DATABASE_URL: process.env.ATTUNE_TEST_DATABASE_URL,
    REDIS_URL: process.env.ATTUNE_TEST_REDIS_URL,
  };
  const results = await runDoctor({ root, env: { ...servers, ...env } });
  return (name) => results.find((result) => result.name === name)!;
}

describe('the doctor', () => {
  it('finds servers that answer, and names their versions', async () => {
    const of = await examine();
    expect(of('postgres')).toEqual({ name: 'postgres', ok: true, detail: expect.stringMatching(/^PostgreSQL \d+/) });
    expect(of('redis')).toEqual({ name: 'redis', ok: true, detail: expect.stringMatching(/^Redis \d+/) });
  });

  it('says what to check when a server of yours does not answer', async () => {
    const port = await closedPort();
    const of = await examine({
      DATABASE_URL: `postgresql://127.0.0.1:${port}/x`,
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    expect(of('postgres')).toMatchObject({ ok: false, remedy: 'check DATABASE_URL and that the server runs' });
    expect(of('redis')).toMatchObject({ ok: false, remedy: 'check REDIS_URL and that the server runs' });
  });

  it('tells an unprepared checkout and a stopped fleet how to begin', async () => {
    const of = await examine();
    expect(of('workspace')).toMatchObject({ ok: false, remedy: 'run: npm start' });
    expect(of('serving')).toMatchObject({ ok: false, detail: 'not running', remedy: 'run: npm start' });
  });

  it('does not believe a state file whose stack is gone', async () => {
    mkdirSync(join(root, '.attune'));
    const state = {
      supervisor: { pid: 999_999_999, startedAt: '0' },
      addresses: { serving: '127.0.0.1:1' },
      processes: [],
    };
    writeFileSync(join(root, '.attune', 'stack.json'), JSON.stringify(state));
    const of = await examine();
    expect(of('serving').detail).toBe('not running');
  });
});

function closedPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
