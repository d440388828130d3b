import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether the load generator is on this machine (Debian: nghttp2-client). */
export const hasH2load = spawnSync('h2load', ['--version']).status === 0;

/** One load: the same call again and again, from outside Node. */
export interface Load {
  readonly address: string;
  /** `/attune.serving.v1.ServingService/Recommend`. */
  readonly path: string;
  /** The encoded message of each process of the load; they run side by side. */
  readonly messages: readonly Uint8Array[];
  readonly folder: string;
  /** Calls of each process. */
  readonly calls: number;
  readonly connections: number;
  /** Calls in flight on each connection. */
  readonly inFlight: number;
  /** How long the caller says that it waits; 10 seconds if not given. */
  readonly patienceSeconds?: number;
}

/** What a load saw. */
export interface LoadOutcome {
  /** Milliseconds of each call, ascending. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  readonly failed: number;
}

/** A gRPC message with its prefix: not compressed, and its length. */
function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

/** Runs the load and waits for its end. Throws where not a single call was answered. */
export async function runLoad(load: Load): Promise<LoadOutcome> {
  const startedAt = performance.now();
  const logs = await Promise.all(load.messages.map((message, at) => runOne(load, message, at)));
  const seconds = (performance.now() - startedAt) / 1_000;
  const lines = logs.flatMap((log) => log.trim().split('\n')).map((line) => line.split('\t'));
  const answered = lines.filter(([, status]) => status === '200');
  if (answered.length === 0) throw new Error('h2load got no answer');
  const latencies = answered.map(([, , micros]) => Number(micros) / 1_000).sort((a, b) => a - b);
  return { latencies, seconds, failed: lines.length - answered.length };
}

async function runOne(load: Load, message: Uint8Array, at: number): Promise<string> {
  const body = join(load.folder, `body-${at}.bin`);
  const log = join(load.folder, `log-${at}.tsv`);
  writeFileSync(body, framed(message));
  writeFileSync(log, '');
  const timeout = `grpc-timeout: ${load.patienceSeconds ?? 10}S`;
  const headers = ['content-type: application/grpc', 'te: trailers', timeout].flatMap((one) => ['-H', one]);
  const size = ['-n', load.calls, '-c', load.connections, '-m', load.inFlight].map(String);
  const child = spawn(
    'h2load',
    [...size, ...headers, '-d', body, `--log-file=${log}`, `http://${load.address}${load.path}`],
    { stdio: 'ignore' },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  return readFileSync(log, 'utf8');
}

/** A quantile of ascending numbers. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))]!;
}
