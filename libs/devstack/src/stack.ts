import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '@attune/errors';
import { cacheFolder } from './cache-folder';
import type { OnEvent, StackEvent } from './events';
import { startGuardian } from './guardian';
import { removeMetricsTargets, writeMetricsTargets } from './metrics-targets';
import { reservePort } from './ports';
import { startPostgres } from './postgres-server';
import { privacySecretOf } from './privacy-secret';
import { identify } from './process-identity';
import { isLock, takeLock } from './process-lock';
import { startRedis } from './redis-server';
import { fleetServices, planService, type ServiceSpec, usualMetricsPort } from './service-process';
import { endLeftovers, readRunningStack, removeState, type StackState, stackFolder, writeState } from './stack-state';
import { type SupervisedProcess, type Surroundings, supervise } from './supervised-process';
import { inStopOrder, keepsOwnTraces, TRACES_ABOVE } from './trace-settings';

/** A running local stack. Disposing it stops everything, services first. */
export interface LocalStack extends AsyncDisposable {
  readonly addresses: Readonly<Record<string, string>>;
  readonly urls: Readonly<Record<string, string>>;
  readonly processes: readonly SupervisedProcess[];
  /** Ends the services at once, without waiting for calls in flight; then dispose it as usual. */
  hurry(): void;
}

/** What to start and where. */
export interface LocalStackOptions {
  /** The checkout. */
  readonly root: string;
  /** `DATABASE_URL`, `REDIS_URL`, `KAFKA_BROKERS` and `OBJECT_STORE_URL` replace what would be started. */
  readonly env: NodeJS.ProcessEnv;
  /** Default: every service of the fleet. */
  readonly services?: readonly ServiceSpec[];
  readonly onEvent?: OnEvent;
  /** Gives up a start that is under way, and stops what was started. */
  readonly signal?: AbortSignal;
}

const POSTGRES_PORT = 17432;
const REDIS_PORT = 17379;

/** Starts PostgreSQL, Redis and the services on loopback, each kept running; their data stays in `.attune` for the next start. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const folder = stackFolder(options.root);
  mkdirSync(folder, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const lock = takeLock(join(folder, 'stack.lock'));
  if (!isLock(lock)) throw alreadyRunning(options.root);
  opened.use(lock);
  const left = await endLeftovers(options.root);
  if (left.length > 0) notice(options, `ended what a killed stack had left running: ${left.join(', ')}`);
  const builder = new StackBuilder(options, opened);
  opened.defer(() => removeState(options.root));
  opened.defer(() => removeMetricsTargets(folder));
  await builder.startStores();
  await builder.startServices();
  const disposal = opened.move();
  return builder.finish(() => disposal.disposeAsync());
}

class StackBuilder {
  private readonly addresses: Record<string, string> = {};
  private readonly metrics: Record<string, string> = {};
  private tracesPort: number | undefined;
  private readonly urls: Record<string, string> = {};
  private readonly processes: SupervisedProcess[] = [];
  private readonly plans = new Map<string, { signal: NodeJS.Signals; stage: number }>();
  private readonly folder: string;
  private readonly surroundings: Surroundings;
  private readonly startedAt = new Date().toISOString();
  private phase: StackState['phase'] = 'starting';

  constructor(
    private readonly options: LocalStackOptions,
    private readonly opened: AsyncDisposableStack,
  ) {
    this.folder = stackFolder(options.root);
    const guardian = opened.use(startGuardian());
    this.surroundings = { guardian, signal: options.signal, onEvent: (event) => this.tell(event) };
  }

  async startStores(): Promise<void> {
    const { env } = this.options;
    const logs = join(this.folder, 'logs');
    const shared = { ...this.surroundings, durable: true };
    this.urls.DATABASE_URL = await this.given('DATABASE_URL', 'postgres', async () => {
      const folder = join(this.folder, 'postgres');
      const logFile = join(logs, 'postgres.log');
      const server = await startPostgres({ ...shared, folder, logFile, preferredPort: POSTGRES_PORT });
      this.opened.use(server);
      this.opened.defer(() => this.stopped(server.process));
      this.keep(server.process, { signal: 'SIGINT', stage: 0 });
      return server.url;
    });
    this.urls.REDIS_URL = await this.given('REDIS_URL', 'redis', async () => {
      const folder = join(this.folder, 'redis');
      const cache = cacheFolder(this.options.root, env);
      const logFile = join(logs, 'redis.log');
      const server = await startRedis({ ...shared, folder, cacheFolder: cache, logFile, preferredPort: REDIS_PORT });
      this.opened.use(server);
      this.opened.defer(() => this.stopped(server.process));
      this.keep(server.process, { signal: 'SIGTERM', stage: 0 });
      return server.url;
    });
    this.urls.OBJECT_STORE_URL = env.OBJECT_STORE_URL || pathToFileURL(join(this.folder, 'objects')).href;
    if (env.KAFKA_BROKERS) this.urls.KAFKA_BROKERS = env.KAFKA_BROKERS;
  }

  async startServices(): Promise<void> {
    const services = this.options.services ?? fleetServices(this.options.root);
    // Every address is chosen before the first process starts, for each is told where its peers will be.
    for (const spec of services) {
      this.addresses[spec.name] = await this.reserve(spec.usualPort);
      this.metrics[spec.name] = await this.reserve(usualMetricsPort(spec, this.options.env));
    }
    this.tracesPort = await this.reserveForTraces(services);
    writeMetricsTargets(this.folder, this.metrics);
    this.opened.defer(() => this.stopServices(services));
    const waiting = [...services];
    const startNext = async (): Promise<void> => {
      for (let spec = waiting.shift(); spec !== undefined; spec = waiting.shift()) await this.startService(spec);
    };
    // A few at a time, in order: all at once, they would only slow each other down.
    const lanes = Array.from({ length: Math.max(2, availableParallelism()) }, startNext);
    const results = await Promise.allSettled(lanes);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async reserveForTraces(services: readonly ServiceSpec[]): Promise<number | undefined> {
    const { env } = this.options;
    const names = services.map(({ name }) => name);
    if (!keepsOwnTraces(env, names)) return undefined;
    const asked = Number(env.ATTUNE_MONITORING_OTLP_PORT || 0);
    const usual = services.find(({ name }) => name === 'monitoring')!.usualPort;
    const address = await this.reserve(asked || (usual === 0 ? 0 : usual + TRACES_ABOVE));
    return Number(address.split(':')[1]);
  }

  private async reserve(usualPort: number): Promise<string> {
    return `127.0.0.1:${this.opened.use(await reservePort(usualPort)).port}`;
  }

  finish(dispose: () => Promise<void>): LocalStack {
    this.phase = 'ready';
    this.save();
    return {
      addresses: this.addresses,
      urls: this.urls,
      processes: this.processes,
      hurry: () => {
        for (const process of this.processes) if (this.plans.get(process.name)?.stage === 1) process.kill();
      },
      [Symbol.asyncDispose]: dispose,
    };
  }

  private async startService(spec: ServiceSpec): Promise<void> {
    const { root, env } = this.options;
    const logFolder = join(this.folder, 'logs');
    const privacySecret = env.ATTUNE_PRIVACY_SECRET || privacySecretOf(this.folder);
    const { urls, addresses, metrics, tracesPort } = this;
    const told = { root, env, urls, addresses, metrics, tracesPort, logFolder, privacySecret };
    const plan = planService(spec, told);
    await this.timed(spec.name, this.addresses[spec.name], async () => {
      this.keep(await supervise(plan, this.surroundings), { signal: plan.stopSignal, stage: plan.stage });
    });
  }

  private async given(setting: string, name: string, start: () => Promise<string>): Promise<string> {
    const url = this.options.env[setting];
    if (url) {
      this.tell({ type: 'ready', name, durationMs: 0, detail: `yours, by ${setting}` });
      return url;
    }
    return this.timed(name, undefined, start);
  }

  private async timed<T>(name: string, detail: string | undefined, start: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.tell({ type: 'starting', name });
    const result = await start();
    const shown = detail ?? (typeof result === 'string' ? new URL(result).host : undefined);
    this.tell({ type: 'ready', name, durationMs: performance.now() - startedAt, detail: shown });
    return result;
  }

  // They become ready in any order; they stop in an order of their own.
  private async stopServices(services: readonly ServiceSpec[]): Promise<void> {
    for (const { name } of inStopOrder(services)) {
      const process = this.processes.find((candidate) => candidate.name === name);
      if (process !== undefined) await this.stopped(process);
    }
  }

  private async stopped(process: SupervisedProcess): Promise<void> {
    const startedAt = performance.now();
    this.tell({ type: 'stopping', name: process.name });
    await process.stop();
    this.tell({ type: 'stopped', name: process.name, durationMs: performance.now() - startedAt });
  }

  private keep(process: SupervisedProcess, how: { signal: NodeJS.Signals; stage: number }): void {
    this.processes.push(process);
    this.plans.set(process.name, how);
    this.save();
  }

  private tell(event: StackEvent): void {
    if (event.type === 'ready') this.save();
    this.options.onEvent?.(event);
  }

  private save(): void {
    const processes = this.processes.flatMap((process) => {
      const how = this.plans.get(process.name);
      return process.identity === undefined || how === undefined
        ? []
        : [{ name: process.name, ...process.identity, ...how }];
    });
    const supervisor = identify(process.pid);
    if (supervisor === undefined) return;
    writeState(this.options.root, {
      supervisor,
      phase: this.phase,
      startedAt: this.startedAt,
      addresses: this.addresses,
      metrics: this.metrics,
      databaseUrl: this.urls.DATABASE_URL,
      redisUrl: this.urls.REDIS_URL,
      objectStoreUrl: this.urls.OBJECT_STORE_URL,
      kafkaBrokers: this.urls.KAFKA_BROKERS,
      processes,
    });
  }
}

function notice(options: LocalStackOptions, message: string): void {
  options.onEvent?.({ type: 'notice', message });
}

function alreadyRunning(root: string): AppError {
  const state = readRunningStack(root);
  const lines = Object.entries(state?.addresses ?? {}).map(([name, address]) => `  ${name.padEnd(14)} ${address}`);
  const where = lines.length === 0 ? 'It is still starting.' : `Its services listen here:\n${lines.join('\n')}`;
  return new AppError(
    'failed_precondition.already_running',
    `attune already runs in this checkout (process ${state?.supervisor.pid ?? 'unknown'}). ${where}\n` +
      'Stop it with: scripts/attune stop',
  );
}
