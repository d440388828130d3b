import type { PlatformSettings } from '@attune/config';
import type { ServiceDefinitions, ServiceName } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { GrpcServer, Handlers } from '@attune/grpc';
import type { Database } from '@attune/postgres';
import { createLogger, type Logger } from '@attune/telemetry';
import { needsOf, openPlatform } from './open-platform';
import type { Platform, PlatformOf, Use } from './platform';
import { PostgresIdempotencyStore } from './postgres-idempotency-store';
import { privacyOf, warnOfDevelopmentSecret } from './privacy-of';
import { type Probe, watchReadiness } from './readiness';
import { type Needs, requireSettings } from './required-settings';
import { serve, setHealth } from './serve';
import { Stack } from './stack';

const GRACE_MS = 5_000;
const SWEEP_INTERVAL_MS = 3_600_000;

/** What a service is made of, once it is wired. */
export interface Composition<N extends ServiceName> {
  /** RPCs without a handler answer UNIMPLEMENTED. */
  readonly handlers: Partial<Handlers<ServiceDefinitions[N]>>;
  /** Its consumers; they stop after the calls in flight and before everything that `compose` put on the stack. */
  readonly subscriptions?: readonly Subscription[];
  /** Rejects as long as the service cannot serve for a reason of its own; asked at the start and then every few seconds. */
  readonly ready?: () => Promise<void>;
}

/** How to start a service. */
export interface StartOptions<N extends ServiceName, U extends Use, M extends string | undefined> {
  readonly name: N;
  readonly settings: PlatformSettings;
  /** Folder of its migrations; a service that gives one gets PostgreSQL. */
  readonly migrations?: M;
  readonly uses: readonly U[];
  /** What the service answers without, worse but alive: losing it does not make the service unhealthy. It even starts without `postgres`. */
  readonly livesWithout?: readonly (U | 'postgres')[];
  /** Wires the service. What it opens goes on the stack, which closes it in reverse. */
  compose(platform: PlatformOf<U, M>, stack: Stack): Promise<Composition<N>>;
  readonly overrides?: Partial<Platform>;
}

/** A service that runs. Disposing it drains it: not healthy, calls in flight end, consumers stop, jobs finish, all closes. */
export interface RunningService extends AsyncDisposable {
  readonly name: ServiceName;
  /** Where it listens, host:port. */
  readonly address: string;
  readonly logger: Logger;
  /** Resolves when its consumers have handled and committed everything that was appended before the call. */
  caughtUp(options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/**
 * Starts a service: settings checked, connections, migrations, wiring, gRPC server; healthy only when all of that and its
 * own `ready` succeeded. A start that fails closes what it had opened.
 */
export async function startService<
  N extends ServiceName,
  const U extends Use = never,
  const M extends string | undefined = undefined,
>(options: StartOptions<N, U, M>): Promise<RunningService> {
  const { name, settings, migrations, uses, overrides = {} } = options;
  const needs = needsOf(migrations !== undefined, uses, overrides);
  requireSettings(settings, needs);
  const privacy = overrides.privacy ?? privacyOf(settings);
  const logger = overrides.logger ?? createLogger({ name, level: settings.logLevel, userKeyOf: privacy.userKeyOf });
  if (overrides.privacy === undefined) warnOfDevelopmentSecret(settings, logger);
  const stack = new Stack({ logger });
  try {
    const startsWithoutDatabase = options.livesWithout?.includes('postgres') ?? false;
    const platform = await openPlatform(
      { name, settings, logger, privacy, migrations, needs, startsWithoutDatabase, overrides },
      stack,
    );
    const composition = await options.compose(platform as PlatformOf<U, M>, stack);
    const livesWithout: readonly string[] = options.livesWithout ?? [];
    const address = await goLive({ name, settings, logger, needs, livesWithout, platform, composition, stack });
    return runningService(options, logger, address, composition, stack);
  } catch (error) {
    await stack.close();
    throw error;
  }
}

interface Wired<N extends ServiceName> {
  readonly name: N;
  readonly settings: PlatformSettings;
  readonly logger: Logger;
  readonly needs: Needs;
  readonly livesWithout: readonly string[];
  readonly platform: Platform;
  readonly composition: Composition<N>;
  readonly stack: Stack;
}

/** Listens, waits until the service can serve, says so, and keeps that true. */
async function goLive<N extends ServiceName>(wired: Wired<N>): Promise<string> {
  const { name, settings, logger, platform, composition, stack } = wired;
  stack.defer('consumers', () => disposeAll(composition.subscriptions ?? []));
  const idempotencyStore = wired.needs.database ? keptAnswers(platform.database!, stack, logger) : undefined;
  const server = await serve({ name, settings, logger, handlers: composition.handlers, idempotencyStore });
  stack.defer(
    'calls in flight',
    () => drain(wired, server),
    settings.drainDelayMs + settings.drainTimeoutMs + GRACE_MS,
  );
  await composition.ready?.();
  const onChange = (isReady: boolean) => setHealth(server, name, isReady);
  const probes = probesOf(wired);
  const intervalMs = settings.probeIntervalMs;
  await stack.open('readiness', () => watchReadiness({ probes, logger, onChange, intervalMs }));
  setHealth(server, name, true);
  logger.info({ address: server.address }, 'ready');
  return server.address;
}

async function drain({ name, settings }: Wired<ServiceName>, server: GrpcServer): Promise<void> {
  setHealth(server, name, false);
  await new Promise((resolve) => setTimeout(resolve, settings.drainDelayMs));
  await server.drain(settings.drainTimeoutMs);
}

async function disposeAll(subscriptions: readonly Subscription[]): Promise<void> {
  const results = await Promise.allSettled(subscriptions.map(async (one) => one[Symbol.asyncDispose]()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function probesOf({ platform, composition: { ready }, livesWithout }: Wired<ServiceName>): readonly Probe[] {
  const { database, redis } = platform;
  return [
    ...(database === undefined || livesWithout.includes('postgres')
      ? []
      : [{ name: 'postgres', check: () => database.query('SELECT 1') }]),
    ...(redis === undefined || livesWithout.includes('redis') ? [] : [{ name: 'redis', check: () => redis.ping() }]),
    ...(ready === undefined ? [] : [{ name: 'service', check: ready }]),
  ];
}

function keptAnswers(database: Database, stack: Stack, logger: Logger): PostgresIdempotencyStore {
  const store = new PostgresIdempotencyStore(database);
  const sweep = () => store.sweep().catch((err) => logger.warn({ err }, 'old answers could not be deleted'));
  const timer = setInterval(sweep, SWEEP_INTERVAL_MS).unref();
  stack.defer('sweep of answers', () => clearInterval(timer));
  return store;
}

function runningService(
  { name }: { readonly name: ServiceName },
  logger: Logger,
  address: string,
  { subscriptions = [] }: Composition<ServiceName>,
  stack: Stack,
): RunningService {
  return {
    name,
    address,
    logger,
    caughtUp: async (options) => void (await Promise.all(subscriptions.map((one) => one.caughtUp(options)))),
    [Symbol.asyncDispose]: () => stack.close(),
  };
}
