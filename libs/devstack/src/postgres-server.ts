import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '@attune/errors';
import { openLog, tailOf } from './log-file';
import { reservePort } from './ports';
import { choosePostgresRunner, type PostgresRunner } from './postgres-runner';
import { clearStalePostmaster } from './postmaster-file';
import { type SupervisedProcess, type Surroundings, supervise } from './supervised-process';

/** A PostgreSQL of ours on loopback. */
export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly how: PostgresRunner['how'];
  readonly process: SupervisedProcess;
}

/** Where a PostgreSQL keeps its things and how careful it is with them. */
export interface PostgresOptions extends Surroundings {
  /** The data, the password and the log lie in here. */
  readonly folder: string;
  readonly logFile?: string;
  readonly preferredPort?: number;
  /** False in tests alone: nothing is forced to disk, so a power cut may lose data (a killed process loses none). */
  readonly durable: boolean;
}

const MAJOR = '18';
const TUNING = {
  synchronous_commit: 'on',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  log_min_messages: 'warning',
};
const RISKY = { fsync: 'off', full_page_writes: 'off' };
const SAFE = { fsync: 'on' };

/** Starts PostgreSQL (creating its data on the first start) and keeps it running on one port until it is disposed. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const runner = choosePostgresRunner(options.folder);
  const data = join(runner.folder, 'data');
  const logFile = options.logFile ?? join(options.folder, 'postgres.log');
  const password = await createDataOnce(runner, data, options.durable, logFile);
  const reserved = await reservePort(options.preferredPort);
  const running = await supervise(
    {
      name: 'postgres',
      spawn: () => launch(runner, data, reserved.port, options.durable, logFile),
      waitReady: (child, signal) => waitReady(child, data, signal),
      explain: () => tailOf(logFile),
      stopSignal: 'SIGINT', // "fast": sessions are ended, everything is written, no recovery at the next start
      stopTimeoutMs: 20_000,
      readyTimeoutMs: 120_000,
      stage: 0,
    },
    options,
  ).catch((error: unknown) => {
    reserved[Symbol.dispose]();
    throw error;
  });
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${reserved.port}/postgres`,
    port: reserved.port,
    how: runner.how,
    process: running,
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      reserved[Symbol.dispose]();
    },
  };
}

async function createDataOnce(r: PostgresRunner, data: string, durable: boolean, logFile: string): Promise<string> {
  const passwordFile = join(r.folder, 'password');
  if (existsSync(data) && existsSync(passwordFile)) {
    requireSameMajor(data);
    return readFileSync(passwordFile, 'utf8').trim();
  }
  if (existsSync(data))
    throw new AppError('failed_precondition.password', `${passwordFile} is gone: remove ${r.folder}`);
  // Built beside its place and moved there when it is whole: an interrupted start must not look like a finished one.
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const password = randomBytes(18).toString('hex');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  r.own(passwordFile);
  const args = ['-D', draft, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  await runInitdb(r, [...args, '--locale=C.UTF-8', ...(durable ? [] : ['--no-sync'])], logFile);
  renameSync(draft, data);
  return password;
}

function requireSameMajor(data: string): void {
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === MAJOR) return;
  throw new AppError(
    'failed_precondition.data_version',
    `${data} was made by PostgreSQL ${found}, and this is ${MAJOR}: move it away, or set DATABASE_URL to a server of that version`,
  );
}

async function runInitdb(runner: PostgresRunner, args: readonly string[], logFile: string): Promise<void> {
  const log = openLog(logFile);
  const child = runner.spawn('initdb', args, { cwd: runner.folder, env: environment(), stdio: ['ignore', log, log] });
  closeSync(log);
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  if (code === 0) return;
  throw new AppError('unavailable.postgres', `PostgreSQL could not create its data folder\n${tailOf(logFile)}`);
}

function launch(r: PostgresRunner, data: string, port: number, durable: boolean, logFile: string): ChildProcess {
  clearStalePostmaster(data);
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...TUNING,
    ...(durable ? SAFE : RISKY),
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const log = openLog(logFile);
  const stdio = ['ignore', log, log] as const;
  const child = r.spawn('postgres', args, { cwd: r.folder, env: environment(), detached: true, stdio: [...stdio] });
  closeSync(log);
  return child;
}

// The last line of postmaster.pid says "ready" once connections are welcome: cheaper than to connect and be refused.
async function waitReady(child: ChildProcess, data: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const lines = readLines(join(data, 'postmaster.pid'));
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    await pause(20, undefined, { signal });
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

// libpq's variables of the caller must not steer a server of ours, and a locale that the machine lacks stops it.
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}
