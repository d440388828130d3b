import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openLog, tailOf } from './log-file';
import { reservePort } from './ports';
import { findRedis, type RedisProgram } from './redis-binary';
import { type SupervisedProcess, type Surroundings, supervise } from './supervised-process';

/** A Redis of ours on loopback. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly origin: RedisProgram['origin'];
  readonly process: SupervisedProcess;
}

/** Where a Redis keeps its things and how careful it is with them. */
export interface RedisOptions extends Surroundings {
  readonly folder: string;
  readonly cacheFolder: string;
  readonly logFile?: string;
  readonly preferredPort?: number;
  /** Whether writes are kept in an append-only file, so that a restart loses none. */
  readonly durable: boolean;
}

/** Starts Redis and keeps it running on one port until it is disposed. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
  const program = findRedis(options.cacheFolder, (message) => options.onEvent?.({ type: 'notice', message }));
  mkdirSync(options.folder, { recursive: true });
  const logFile = options.logFile ?? join(options.folder, 'redis.log');
  const reserved = await reservePort(options.preferredPort);
  const running = await supervise(
    {
      name: 'redis',
      spawn: () => launch(program, options, reserved.port, logFile),
      waitReady: (_child, signal) => waitReady(reserved.port, signal),
      explain: () => tailOf(logFile),
      stopSignal: 'SIGTERM',
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
    url: `redis://127.0.0.1:${reserved.port}`,
    port: reserved.port,
    origin: program.origin,
    process: running,
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      reserved[Symbol.dispose]();
    },
  };
}

function launch(program: RedisProgram, options: RedisOptions, port: number, logFile: string): ChildProcess {
  const log = openLog(logFile);
  const child = spawn(program.command, program.args(port, options.folder, options.durable), {
    cwd: options.folder,
    env: { ...process.env, ...program.env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return child;
}

// While it reads its append-only file, Redis answers "-LOADING"; only "+PONG" means that it serves.
async function waitReady(port: number, signal: AbortSignal): Promise<void> {
  while (!(await answersPong(port))) await pause(25, undefined, { signal });
}

/** Whether a Redis on this loopback port answers a PING. */
function answersPong(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 2_000 });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('+PONG')));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
