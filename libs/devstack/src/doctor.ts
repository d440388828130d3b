import { execFileSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { cacheFolder } from './cache-folder';
import { checkHealth } from './health';
import { isPortFree } from './ports';
import { findBinaries } from './postgres-runner';
import { findRedis } from './redis-binary';
import { fleetServices } from './service-process';
import { readRunningStack, type StackState } from './stack-state';

/** What one check found, and how to mend it where something is wrong. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; undefined where all is well. */
  readonly remedy?: string;
}

/** Where the checks look. */
export interface DoctorOptions {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
}

const LEAST_FREE_BYTES = 2 * 1024 ** 3;
const LEAST_JAVA = 17;
const START = 'run: npm start';

/** Every check of the doctor, in the order in which things depend on each other. */
export async function runDoctor(options: DoctorOptions): Promise<readonly CheckResult[]> {
  const state = readRunningStack(options.root);
  const services = fleetServices(options.root).map(({ name }) => name);
  return [
    checkNode(),
    checkInstall(options),
    checkDisk(options),
    checkKafkaTools(),
    ...(state === undefined ? [await checkPorts(options)] : []),
    await checkPostgres(options, state),
    await checkRedis(options, state),
    ...(await Promise.all(services.map((name) => checkService(name, options.env, state)))),
  ];
}

/** Whether this Node is recent enough. */
function checkNode(): CheckResult {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 22 || (major === 22 && minor >= 15);
  return result(
    'node',
    ok,
    `Node ${process.versions.node}`,
    'install Node.js 24, or use scripts/attune, which brings it',
  );
}

/** Whether the workspace is installed and built. */
function checkInstall({ root }: DoctorOptions): CheckResult {
  const missing = ['.attune-stamp', '.attune-build-stamp'].filter(
    (name) => !existsSync(join(root, 'node_modules', name)),
  );
  const detail = missing.length === 0 ? 'installed and built' : 'not installed or not built by npm start';
  return result('workspace', missing.length === 0, detail, START);
}

/** Whether there is room for data, caches and logs. */
function checkDisk({ root }: DoctorOptions): CheckResult {
  const { bavail, bsize } = statfsSync(root);
  const detail = `${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free`;
  return result('disk', bavail * bsize >= LEAST_FREE_BYTES, detail, 'free at least 2 GiB on the disk of this checkout');
}

/** Whether the event log's contract suite can be run against a real Kafka here. */
function checkKafkaTools(): CheckResult {
  const java = javaMajor();
  const maven = printed('mvn', ['--version'])?.split('\n')[0];
  const ok = java !== undefined && java >= LEAST_JAVA && maven !== undefined;
  const detail = `Java ${java ?? 'missing'}, ${maven ?? 'Maven missing'}`;
  return result('kafka tests', ok, detail, 'only the Kafka tests need it: install Java 17 or later and Maven');
}

/** Whether the usual ports are free; where they are not, the stack takes others. */
async function checkPorts({ root }: DoctorOptions): Promise<CheckResult> {
  const ports = fleetServices(root).map(({ usualPort }) => usualPort);
  const free = await Promise.all(ports.map(isPortFree));
  const taken = ports.filter((_, index) => free[index] !== true);
  const detail = taken.length === 0 ? 'the usual ports are free' : `taken, others will be used: ${taken.join(', ')}`;
  return result('ports', true, detail);
}

/** Whether PostgreSQL answers; without a running stack, whether it could be started. */
async function checkPostgres(options: DoctorOptions, state?: StackState): Promise<CheckResult> {
  const url = options.env.DATABASE_URL || state?.databaseUrl;
  if (url === undefined)
    return attempt('postgres', 'set DATABASE_URL, or see the message', () => `not running; ${findBinaries()}`);
  const remedy = state === undefined ? 'check DATABASE_URL and that the server runs' : 'see .attune/logs/postgres.log';
  return attempt('postgres', remedy, async () => {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return `PostgreSQL ${rows[0]?.server_version} at ${new URL(url).host}`;
    } finally {
      await client.end();
    }
  });
}

/** Whether Redis answers; without a running stack, whether one could be started. */
async function checkRedis(options: DoctorOptions, state?: StackState): Promise<CheckResult> {
  const url = options.env.REDIS_URL || state?.redisUrl;
  if (url === undefined) {
    return attempt('redis', 'install redis-server 7 or later, or set REDIS_URL', () => {
      const notices: string[] = [];
      const { origin } = findRedis(cacheFolder(options.root, options.env), (message) => notices.push(message));
      if (origin === 'javascript') throw new Error(notices.at(-1));
      return `not running; can be started (${origin})`;
    });
  }
  const remedy = state === undefined ? 'check REDIS_URL and that the server runs' : 'see .attune/logs/redis.log';
  return attempt('redis', remedy, async () => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5_000 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return `Redis ${/redis_version:(\S+)/.exec(await redis.info('server'))?.[1]} at ${new URL(url).host}`;
    } finally {
      redis.disconnect();
    }
  });
}

/** Whether a service of the running stack says that it serves. */
async function checkService(name: string, env: NodeJS.ProcessEnv, state?: StackState): Promise<CheckResult> {
  const address = state?.addresses[name] ?? env[`ATTUNE_${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`];
  if (address === undefined) return result(name, false, 'not running', START);
  return attempt(name, `see .attune/logs/${name}.log`, async () => {
    const status = await checkHealth(address);
    if (status !== 'SERVING') throw new Error(`${address} says ${status}`);
    return `serving at ${address}`;
  });
}

async function attempt(name: string, remedy: string, look: () => string | Promise<string>): Promise<CheckResult> {
  try {
    return result(name, true, await look());
  } catch (error) {
    return result(name, false, (error as Error).message || String(error), remedy);
  }
}

function result(name: string, ok: boolean, detail: string, remedy?: string): CheckResult {
  return ok ? { name, ok, detail } : { name, ok, detail, remedy };
}

function javaMajor(): number | undefined {
  // "java -version" writes to standard error, "java --version" (9 and later) to standard output.
  const found = /(?:openjdk|java) (\d+)/.exec(printed('java', ['--version']) ?? '');
  return found === null ? undefined : Number(found[1]);
}

function printed(command: string, args: readonly string[]): string | undefined {
  try {
    const text = execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    return stripVTControlCharacters(text);
  } catch {
    return undefined;
  }
}
