import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { loadSettings, type SettingsDefinition } from '@attune/config';
import { type Client, createClient, SERVICES, type ServiceDefinitions, type ServiceName } from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { featureStoreSettings, startFeatureStore } from '@attune/feature-store';
import type { RunningService } from '@attune/kit';
import { monitoringSettings, startMonitoring } from '@attune/monitoring';
import { servingSettings, startServing } from '@attune/serving';
import { startTraining, trainingSettings } from '@attune/training';
import { startServers } from '../serving/bench-fleet.ts';

/** A clock that stands until it is told the time. It never goes back. */
export class VirtualClock {
  #nowMs: number;

  constructor(start: Date) {
    this.#nowMs = start.getTime();
  }

  readonly now = (): Date => new Date(this.#nowMs);

  goTo(time: Date): void {
    this.#nowMs = Math.max(this.#nowMs, time.getTime());
  }
}

/** The settings that a service knows. */
function known(definition: SettingsDefinition, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = new Set(Object.values(definition).map((setting) => setting.env));
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name)));
}

/** What a service does in rounds, which here go by the virtual clock. */
type Round = () => Promise<boolean>;
interface Rounds {
  measure: Round;
  detect: Round;
  learn: Round;
}
type Overrides = { readonly clock: () => Date; readonly rounds: Rounds };

/** Producers before consumers. */
const STARTERS = {
  'feature-store': (env: NodeJS.ProcessEnv, { clock }: Overrides) =>
    startFeatureStore(loadSettings(featureStoreSettings, known(featureStoreSettings, env)), { clock }),
  monitoring: (env: NodeJS.ProcessEnv, { clock, rounds }: Overrides) =>
    startMonitoring(loadSettings(monitoringSettings, known(monitoringSettings, env)), {
      clock,
      onMeasure: (round) => {
        rounds.measure = round;
      },
      onDetect: (round) => {
        rounds.detect = round;
      },
    }),
  training: (env: NodeJS.ProcessEnv, { clock, rounds }: Overrides) =>
    startTraining(loadSettings(trainingSettings, known(trainingSettings, env)), {
      clock,
      onLearning: (round) => {
        rounds.learn = round;
      },
    }),
  serving: (env: NodeJS.ProcessEnv, { clock }: Overrides) =>
    startServing(loadSettings(servingSettings, known(servingSettings, env)), { clock }),
} as const satisfies Partial<Record<ServiceName, (env: NodeJS.ProcessEnv, over: Overrides) => Promise<RunningService>>>;

type Started = keyof typeof STARTERS;

/** Ports that are free: services must know each other's before they run. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
  return ports;
}

/**
 * A fleet whose services live by one clock, in this process, on PostgreSQL and Redis of their own: a week passes as fast as people can be
 * shown slates, and everything that goes by the hour goes by this clock.
 */
export async function startVirtualFleet(
  folder: string,
  namespace: string,
  clock: VirtualClock,
  settings: Readonly<Record<string, string>>,
) {
  const opened = new AsyncDisposableStack();
  try {
    const { urls } = opened.use(await startServers(folder, namespace));
    const names = Object.keys(STARTERS) as Started[];
    const ports = await freePorts(names.length);
    const addresses = Object.fromEntries(names.map((name, at) => [name, `127.0.0.1:${ports[at]}`]));
    const peers = Object.fromEntries(names.map((name) => [addressSetting(name), addresses[name]!]));
    const running = new Map<Started, RunningService>();
    const notYet: Round = async () => {
      throw new Error('the fleet has not started yet');
    };
    const rounds: Rounds = { measure: notYet, detect: notYet, learn: notYet };
    for (const name of names) {
      const env = { ...urls, ...peers, ...settings, ATTUNE_LISTEN: addresses[name] };
      running.set(name, opened.use(await STARTERS[name](env, { clock: clock.now, rounds })));
    }
    const client = <Name extends Started>(name: Name): Client<ServiceDefinitions[Name]> =>
      opened.use(
        createClient({
          definition: SERVICES[name].definition as ServiceDefinitions[Name],
          ...{ address: addresses[name]!, caller: 'bench', defaultDeadlineMs: 120_000 },
        }),
      );
    return {
      featureStore: client('feature-store'),
      training: client('training'),
      serving: client('serving'),
      monitoring: client('monitoring'),
      caughtUp: async () => {
        // what one has taken in another may be told of
        for (let time = 0; time < 2; time++) await Promise.all([...running.values()].map((one) => one.caughtUp()));
      },
      rounds,
      [Symbol.asyncDispose]: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** A fleet that lives by a virtual clock. */
export type VirtualFleet = Awaited<ReturnType<typeof startVirtualFleet>>;
