import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Client, createClient, SERVICES, type ServiceDefinitions } from '@attune/contracts';
import { type Database, openDatabase, schemaFor } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import { bundle } from './bundle';
import { smallMigrations } from './small-service';

const { databaseUrl, redisUrl, namespace } = useInfra();
const folder = mkdtempSync(join(tmpdir(), 'attune-main-'));
const migrations = smallMigrations(join(folder, 'small'));
const schema = schemaFor(namespace, 'monitoring');
const children: ChildProcess[] = [];
let database: Database;
let mainFile = '';
let registerFile = '';

beforeAll(async () => {
  const register = join(dirname(require.resolve('@attune/telemetry/package.json')), 'src', 'register.ts');
  // The kit looks for its own migrations beside the folder of its code.
  symlinkSync(join(__dirname, '..', 'migrations'), join(folder, 'migrations'));
  [mainFile = '', registerFile = ''] = await bundle(
    [join(__dirname, 'main-process.ts'), register],
    join(folder, 'dist'),
  );
  database = await openDatabase({ url: databaseUrl, schema, applicationName: `${namespace}-test` });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

interface Main {
  readonly child: ChildProcess;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  readonly stdout: Promise<string>;
  readonly stderr: Promise<string>;
}

/** Runs the service as a process of its own. */
function aMain(env: NodeJS.ProcessEnv = {}, { nodeArgs = [] as string[], args = [] as string[] } = {}): Main {
  const child = spawn(process.execPath, [...nodeArgs, mainFile, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      ATTUNE_NAMESPACE: namespace,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      TEST_MIGRATIONS: migrations,
      ...env,
    },
  });
  children.push(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, stdout: text(child.stdout!), stderr: text(child.stderr!) };
}

function addressOf({ child }: Main): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { address: string }).address));
    child.once('exit', (code) => reject(new Error(`exited with ${code} before it was ready`)));
  });
}

async function withClient<T>(address: string, use: (client: Client<ServiceDefinitions['monitoring']>) => Promise<T>) {
  const { definition } = SERVICES.monitoring;
  await using client = createClient({ definition, address, caller: 'main-test' });
  return await use(client);
}

const series = (metric: string) => ({ metric, labels: {}, from: undefined, to: undefined, stepSeconds: 0 });

async function untilRunning(marker: string): Promise<void> {
  const find = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1";
  while ((await database.query(find, [`%${marker}%`])).rowCount === 0);
}

describe('runMain', () => {
  it('prints every settings problem on a line of its own and exits with 2', async () => {
    const main = aMain({ ATTUNE_LISTN: 'x', ATTUNE_DRAIN_TIMEOUT_MS: 'soon', ATTUNE_LOG_LEVEL: 'loud' });
    expect(await main.ended).toBe(2);
    expect((await main.stderr).trim().split('\n')).toEqual([
      'ATTUNE_LOG_LEVEL: must be debug, info, warn, error or silent, not "loud"',
      'ATTUNE_DRAIN_TIMEOUT_MS: must be a whole number, not "soon"',
      'ATTUNE_LISTN: is not a setting; did you mean ATTUNE_LISTEN?',
    ]);
  });

  it('shows its settings with --help and starts nothing', async () => {
    const main = aMain({}, { args: ['--help'] });
    expect(await main.ended).toBe(0);
    expect(await main.stdout).toMatch(/^ATTUNE_LISTEN +where the service listens.*\(default 127\.0\.0\.1:0\)$/m);
  });

  it('on SIGTERM lets the call in flight end, and exits with 0', async () => {
    const main = aMain();
    await withClient(await addressOf(main), async (client) => {
      const call = client.getTimeSeries(series('sleep:sigterm'));
      await untilRunning('sigterm');
      main.child.kill('SIGTERM');
      await database.query("INSERT INTO acks (alert) VALUES ('sigterm')");
      expect((await call).unit).toBe('sleep:sigterm');
    });
    expect(await main.ended).toBe(0);
    expect(await main.stdout).toContain('"msg":"stopped"');
  });

  it('ends at once on a second signal', async () => {
    const main = aMain();
    await withClient(await addressOf(main), async (client) => {
      const call = client.getTimeSeries(series('sleep:twice')).catch(() => 'broken');
      await untilRunning('twice');
      main.child.kill('SIGINT');
      await untilPrinted(main.child, '"stopping"');
      main.child.kill('SIGTERM');
      expect(await main.ended).toBe(1);
      expect(await call).toBe('broken');
    });
    await database.query("INSERT INTO acks (alert) VALUES ('twice')");
  });

  it('stops in order when its parent is gone', async () => {
    const main = aMain();
    await addressOf(main);
    main.child.disconnect();
    expect(await main.ended).toBe(0);
    expect(await main.stdout).toContain('the parent process is gone');
  });

  it('logs an error that nobody caught, and exits with 1', async () => {
    const main = aMain({ TEST_FAULT: 'throw' });
    expect(await main.ended).toBe(1);
    expect(await main.stdout).toContain('nobody catches this');
  });

  it('says why it could not start, and exits with 1', async () => {
    const main = aMain({ TEST_MIGRATIONS: join(folder, 'missing') });
    expect(await main.ended).toBe(1);
    expect(await main.stdout).toContain('the service could not start');
  });

  it('hangs the database and Redis under the call, in one trace', async () => {
    const traceFile = join(folder, 'spans.jsonl');
    const env = { ATTUNE_TRACE_FILE: traceFile, OTEL_SERVICE_NAME: 'monitoring' };
    const main = aMain(env, { nodeArgs: ['--require', registerFile] });
    const address = await addressOf(main);
    await withClient(address, (client) =>
      client.acknowledgeAlert({ alertId: 'traced', actor: '', silenceUntil: undefined, note: '', requestId: '' }),
    );
    await withClient(address, (client) => client.getTimeSeries(series('traced')));
    main.child.kill('SIGTERM');
    expect(await main.ended).toBe(0);
    const spans = readFileSync(traceFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const root = (method: string) => spans.find(({ name, kind }) => kind === 'server' && name.endsWith(method));
    const below = (method: string) => spans.filter((span) => span.parentSpanId === root(method).spanId);
    expect(below('AcknowledgeAlert').map(({ name }) => name)).toEqual([
      'pg.query:INSERT postgres',
      'pg.query:INSERT postgres',
      'pg.query:UPDATE postgres',
    ]);
    expect(below('GetTimeSeries').map(({ name }) => name)).toEqual(['incr']);
    expect(new Set(below('GetTimeSeries').map(({ traceId }) => traceId))).toEqual(
      new Set([root('GetTimeSeries').traceId]),
    );
  });
});

/** Resolves once a process has printed this text. */
function untilPrinted({ stdout }: ChildProcess, wanted: string): Promise<void> {
  let seen = '';
  return new Promise((resolve) => {
    stdout!.on('data', (chunk) => {
      seen += chunk;
      if (seen.includes(wanted)) resolve();
    });
  });
}
