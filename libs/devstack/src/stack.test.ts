import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import type { StackEvent } from './events';
import { isPortFree } from './ports';
import { identify, isAlive, waitForEnd } from './process-identity';
import type { ServiceSpec } from './service-process';
import { type LocalStack, type LocalStackOptions, startLocalStack } from './stack';
import { readRunningStack, stopRunningStack } from './stack-state';

// A service in ten lines: it listens where it is told and answers with what it was told.
const FAKE_SERVICE = `
const net = require('node:net');
const [host, port] = process.env.ATTUNE_LISTEN.split(':');
const server = net.createServer((socket) => socket.end(JSON.stringify({ pid: process.pid, env: process.env })));
server.listen(Number(port), host, () => process.send?.({ type: 'ready', address: process.env.ATTUNE_LISTEN }));
process.on('SIGTERM', () => { require('node:fs').appendFileSync(process.env.STOPS, process.env.OTEL_SERVICE_NAME + ' '); process.exit(0); });
`;
const OUTSIDE = { DATABASE_URL: 'postgresql://127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1' };

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attune-stack-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function fakeServices(names: readonly string[], source = FAKE_SERVICE): readonly ServiceSpec[] {
  const entry = join(root, 'main.js');
  writeFileSync(entry, source);
  return names.map((name) => ({ name, entry, usualPort: 0 }));
}

function start(options: Partial<LocalStackOptions> = {}): Promise<LocalStack> {
  const env = { PATH: process.env.PATH, STOPS: join(root, 'stops'), ATTUNE_CACHE_DIR: '/nowhere', ...OUTSIDE };
  const services = options.services ?? fakeServices(['first', 'second-one']);
  return startLocalStack({ root, env, ...options, services });
}

function askService(address: string | undefined): Promise<{ pid: number; env: NodeJS.ProcessEnv }> {
  const [host, port] = (address ?? '').split(':');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host, port: Number(port) });
    socket.on('data', (data) => {
      text += data.toString('utf8');
    });
    socket.on('end', () => resolve(JSON.parse(text)));
    socket.on('error', reject);
  });
}

describe('the local stack', () => {
  it('tells every service where it and its peers are', async () => {
    await using stack = await start();
    const { env } = await askService(stack.addresses.first);
    expect(env.ATTUNE_SECOND_ONE_ADDRESS).toBe(stack.addresses['second-one']);
    expect(env.REDIS_URL).toBe(OUTSIDE.REDIS_URL);
    expect(env.OBJECT_STORE_URL).toBe(`file://${root}/.attune/objects`);
    expect(env.OTEL_SERVICE_NAME).toBe('first');
    expect(env.ATTUNE_CACHE_DIR).toBeUndefined();
  });

  it('gives every service a port for metrics, and tells Prometheus where they are while it runs', async () => {
    const file = join(root, '.attune', 'metrics-targets.json');
    {
      await using stack = await start();
      const port = (await askService(stack.addresses.first)).env.ATTUNE_METRICS_PORT;
      const targets = JSON.parse(readFileSync(file, 'utf8'));
      expect(targets[0]).toEqual({ targets: [`127.0.0.1:${port}`], labels: { service: 'first' } });
      expect(targets[1].targets).not.toEqual(targets[0].targets);
    }
    expect(existsSync(file)).toBe(false);
  });

  it('makes one privacy secret for all its services, for its owner alone, and keeps it for the next start', async () => {
    const secretsOf = async (stack: LocalStack) =>
      Promise.all(Object.values(stack.addresses).map(async (at) => (await askService(at)).env.ATTUNE_PRIVACY_SECRET));
    const first = await start();
    const secrets = await secretsOf(first);
    await first[Symbol.asyncDispose]();
    await using second = await start();
    expect(new Set([...secrets, ...(await secretsOf(second))]).size).toBe(1);
    expect(secrets[0]!.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(root, '.attune', 'privacy-secret')).mode & 0o777).toBe(0o600);
  });

  it('hands on the privacy secret of its environment, and makes none', async () => {
    const mine = 'a secret that somebody chose, long enough';
    const env = { PATH: process.env.PATH, STOPS: join(root, 'stops'), ATTUNE_PRIVACY_SECRET: mine, ...OUTSIDE };
    await using stack = await start({ env });
    expect((await askService(stack.addresses.first)).env.ATTUNE_PRIVACY_SECRET).toBe(mine);
    expect(existsSync(join(root, '.attune', 'privacy-secret'))).toBe(false);
  });

  it('starts a service again on its port when it dies', async () => {
    const events: StackEvent[] = [];
    const restarted = Promise.withResolvers<void>();
    const onEvent = (event: StackEvent) => {
      events.push(event);
      const again = events.some(({ type }) => type === 'restarting');
      if (event.type === 'ready' && event.name === 'first' && again) restarted.resolve();
    };
    await using stack = await start({ onEvent });
    const before = await askService(stack.addresses.first);
    process.kill(before.pid, 'SIGKILL');
    await restarted.promise;
    expect((await askService(stack.addresses.first)).pid).not.toBe(before.pid);
  });

  it('stops the services in reverse and leaves no process, no port and no state file behind', async () => {
    const stack = await start();
    const processes = readRunningStack(root)!.processes;
    const port = Number(stack.addresses.first?.split(':')[1]);
    await stack[Symbol.asyncDispose]();
    expect(readFileSync(join(root, 'stops'), 'utf8')).toBe('second-one first ');
    expect(processes.some(isAlive)).toBe(false);
    expect(await isPortFree(port)).toBe(true);
    expect(readRunningStack(root)).toBeUndefined();
  });

  it('refuses a second start in the same checkout and says where the first one listens', async () => {
    await using stack = await start();
    const refusal = await start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    expect((refusal as AppError).message).toContain(stack.addresses['second-one']);
  });

  it('stops everything and shows the log when a service cannot start', async () => {
    const source = `if (process.env.OTEL_SERVICE_NAME === 'bad') { console.error('settings are wrong'); process.exit(2); }${FAKE_SERVICE}`;
    const failure = await start({ services: fakeServices(['good', 'bad'], source) }).catch((error: Error) => error);
    expect((failure as Error).message).toMatch(/^bad did not start: it ended with exit code 2$/m);
    expect((failure as Error).message).toContain('settings are wrong');
    expect(readRunningStack(root)).toBeUndefined();
    expect(readFileSync(join(root, 'stops'), 'utf8')).toBe('good ');
  });

  it('gives up a start that is interrupted', async () => {
    const controller = new AbortController();
    const never = fakeServices(['slow'], 'setInterval(() => undefined, 1000);');
    const onEvent = (event: StackEvent) => event.type === 'starting' && event.name === 'slow' && controller.abort();
    await expect(start({ services: never, signal: controller.signal, onEvent })).rejects.toThrow();
    expect(readRunningStack(root)).toBeUndefined();
  });
});

describe('a local stack whose supervisor is killed', () => {
  it('is ended by its guardian, and the next start finds a clean place', async () => {
    const supervisor = spawnSupervisor();
    const { processes } = await startedStack(supervisor);
    supervisor.kill('SIGKILL');
    await once(supervisor, 'exit');
    const ends = await Promise.all(processes.map((process) => waitForEnd(process, 15_000)));
    expect(ends).not.toContain(false);
    await using stack = await start();
    expect(Object.keys(stack.addresses)).toHaveLength(2);
  });

  it('stops in order when another process asks for it', async () => {
    const supervisor = spawnSupervisor();
    const { processes } = await startedStack(supervisor);
    const exited = once(supervisor, 'exit');
    expect(await stopRunningStack(root)).toBe(true);
    await exited;
    expect(processes.some(isAlive)).toBe(false);
  });

  it('is cleaned up by the next start when the guardian was killed too', async () => {
    const orphan = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const identity = identify(orphan.pid!)!;
    mkdirSync(join(root, '.attune'));
    const gone = { pid: 999_999_999, startedAt: '0' };
    const processes = [{ ...identity, name: 'first', signal: 'SIGTERM', stage: 1 }];
    writeFileSync(join(root, '.attune', 'stack.json'), JSON.stringify({ supervisor: gone, addresses: {}, processes }));
    await using stack = await start();
    expect(isAlive(identity)).toBe(false);
    expect(stack.processes).toHaveLength(2);
  });
});

/** The stack under a process of its own, which can be killed. It runs from a bundle, as it does for a user. */
function spawnSupervisor(): ChildProcess {
  const bundle = join(root, 'supervisor.js');
  const source = join(__dirname, 'stack.ts');
  const guardian = join(__dirname, 'guardian-main.ts');
  const services = JSON.stringify(fakeServices(['first', 'second-one']));
  const script = `
    const { startLocalStack } = require(${JSON.stringify(bundle)});
    const env = { ...process.env, ${Object.entries(OUTSIDE).map(([name, url]) => `${name}: '${url}'`)}, STOPS: ${JSON.stringify(join(root, 'stops'))} };
    startLocalStack({ root: ${JSON.stringify(root)}, env, services: ${services} }).then((stack) => {
      process.on('SIGTERM', () => stack[Symbol.asyncDispose]().then(() => process.exit(0)));
      process.send('started');
    });`;
  bundleWithEsbuild(source, bundle);
  bundleWithEsbuild(guardian, join(root, 'guardian-main.js'));
  return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

function bundleWithEsbuild(source: string, outfile: string): void {
  const { buildSync } = jest.requireActual<typeof import('esbuild')>('esbuild');
  const conditions = ['attune-source'];
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    conditions,
    logLevel: 'error',
  });
}

async function startedStack(supervisor: ChildProcess) {
  await once(supervisor, 'message');
  return readRunningStack(root)!;
}
