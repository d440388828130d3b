import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '@attune/contracts';
import { openLog, tailOf } from './log-file';
import type { MetricsAddresses } from './metrics-targets';
import type { ProcessPlan } from './supervised-process';
import { traceSettings } from './trace-settings';

/** A service process of the local stack. */
export interface ServiceSpec {
  readonly name: string;
  /** The module that is run; it sends `{ type: 'ready', address }` to its parent. */
  readonly entry: string;
  readonly usualPort: number;
}

/** What every service of one stack is told. */
export interface ServiceSurroundings {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly urls: Readonly<Record<string, string>>;
  readonly addresses: Readonly<Record<string, string>>;
  /** Where the metrics of each are read, host:port. */
  readonly metrics: MetricsAddresses;
  /** The port on which the stack's own monitoring service receives spans; absent where they go elsewhere. */
  readonly tracesPort?: number;
  readonly logFolder: string;
  readonly privacySecret: string;
}

// Settings of our tools, which a service would rightly refuse as unknown.
const TOOL_SETTINGS = /^(ATTUNE_(CACHE_DIR|SAMPLE|ROOT)$|ATTUNE_TEST_)/;

// Batches of thousands of events live a few milliseconds: with Node's small default they are copied before they can die, and a
// fifth of the CPU time of an import is garbage collection.
const YOUNG_GENERATION = '--max-semi-space-size=64';

// Retrieval reads a table of a hundred megabytes and more for each request: through fewer and larger pages in a third less time
// (docs/performance.md). The C library of Debian and its like reads this at the start of a process, others pass it over.
const HUGE_PAGES = 'glibc.malloc.hugetlb=1';

const METRICS_ABOVE = 100;

/** The services of the fleet in the order in which they start. */
export function fleetServices(root: string): readonly ServiceSpec[] {
  return Object.entries(SERVICES).map(([name, { usualPort }]) => ({
    name,
    usualPort,
    entry: join(root, 'services', name, 'dist', 'main.js'),
  }));
}

/** How to run one service: Node of this process, telemetry loaded first, settings by environment, log in a file. */
export function planService(spec: ServiceSpec, surroundings: ServiceSurroundings): ProcessPlan {
  const logFile = join(surroundings.logFolder, `${spec.name}.log`);
  return {
    name: spec.name,
    spawn: () => launch(spec, surroundings, logFile),
    waitReady,
    explain: () => tailOf(logFile),
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 30_000,
    readyTimeoutMs: 120_000,
    stage: 1,
  };
}

/** The setting in which the fleet finds a service: `ATTUNE_FEATURE_STORE_ADDRESS`. */
export function addressSetting(name: string): string {
  return `ATTUNE_${name.toUpperCase().replaceAll('-', '_')}_ADDRESS`;
}

function launch(spec: ServiceSpec, surroundings: ServiceSurroundings, logFile: string): ChildProcess {
  const log = openLog(logFile);
  const child = spawn(process.execPath, [spec.entry], {
    cwd: surroundings.root,
    env: environmentOf(spec, surroundings),
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return child;
}

function environmentOf(spec: ServiceSpec, surroundings: ServiceSurroundings): NodeJS.ProcessEnv {
  const { root, env, urls, addresses, metrics, tracesPort, privacySecret } = surroundings;
  const inherited = Object.entries(env).filter(([name]) => !TOOL_SETTINGS.test(name));
  const peers = Object.entries(addresses).map(([name, address]) => [addressSetting(name), address]);
  return {
    ...Object.fromEntries(inherited),
    ...urls,
    ...Object.fromEntries(peers),
    ATTUNE_LISTEN: addresses[spec.name],
    ATTUNE_PRIVACY_SECRET: privacySecret,
    ATTUNE_METRICS_PORT: metrics[spec.name]?.split(':')[1],
    OTEL_SERVICE_NAME: spec.name,
    ...(tracesPort !== undefined && traceSettings(spec.name, tracesPort, env)),
    ...(spec.name === 'serving' && { GLIBC_TUNABLES: env.GLIBC_TUNABLES ?? HUGE_PAGES }),
    // Seven processes load much the same modules: compiled once, every later start is quicker.
    NODE_COMPILE_CACHE: env.NODE_COMPILE_CACHE ?? join(root, '.cache', 'compiled'),
    NODE_OPTIONS: [env.NODE_OPTIONS, YOUNG_GENERATION, telemetryOption(root)]
      .filter((option) => option !== undefined)
      .join(' '),
  };
}

/**
 * Where Prometheus would look for the metrics of a service first: a hundred above its usual port. One port cannot serve seven processes,
 * so ATTUNE_METRICS_PORT is that of the first service, and the others take the next ones.
 */
export function usualMetricsPort(
  { usualPort }: ServiceSpec,
  { ATTUNE_METRICS_PORT: first }: NodeJS.ProcessEnv,
): number {
  if (usualPort === 0) return 0;
  const offset = usualPort - Math.min(...Object.values(SERVICES).map((service) => service.usualPort));
  return first ? Number(first) + offset : usualPort + METRICS_ABOVE;
}

function telemetryOption(root: string): string | undefined {
  const register = join(root, 'libs', 'telemetry', 'dist', 'register.js');
  return existsSync(register) ? `--require ${JSON.stringify(register)}` : undefined;
}

function waitReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      if ((message as { type?: unknown } | null)?.type === 'ready') finish(resolve);
    };
    const onAbort = () => finish(() => reject(signal.reason));
    const finish = (settle: () => void) => {
      child.off('message', onMessage);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    child.on('message', onMessage);
    signal.addEventListener('abort', onAbort);
  });
}
