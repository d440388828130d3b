import {
  type Client,
  createClient,
  type featureStore,
  SERVICES,
  type ServiceDefinitions,
  type ServiceName,
} from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { freePorts, settingsOf, type TestInfra, until } from '@attune/testkit';
import { ServiceProcess } from './service-process';

/** How to start a fleet of processes. */
export interface ProcessFleetOptions {
  readonly infra: TestInfra;
  readonly services: readonly ServiceName[];
  /** More settings for each process. */
  readonly env?: (name: ServiceName) => Readonly<Record<string, string>>;
  readonly require?: readonly string[];
}

/** Starts services as processes of their own, as they were built, on free ports that the others know. */
export async function startProcessFleet(options: ProcessFleetOptions): Promise<ProcessFleet> {
  const { services, infra, env, require } = options;
  const ports = await freePorts(services.length);
  const addresses = Object.fromEntries(services.map((name, index) => [name, `127.0.0.1:${ports[index]}`]));
  const addressSettings = Object.fromEntries(Object.entries(addresses).map(([name, at]) => [addressSetting(name), at]));
  const common = {
    ...settingsOf(infra),
    ATTUNE_LOG_LEVEL: 'warn',
    ...addressSettings,
  };
  const starting = services.map((name) =>
    ServiceProcess.start({ name, require, env: { ...common, ATTUNE_LISTEN: addresses[name]!, ...env?.(name) } }),
  );
  const outcomes = await Promise.allSettled(starting);
  const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await Promise.all(running.map((one) => one[Symbol.asyncDispose]()));
    throw failed.reason;
  }
  return new ProcessFleet(addressSettings, addresses, new Map(running.map((one, index) => [services[index]!, one])));
}

/** A fleet of processes: for tests that kill some of them. */
export class ProcessFleet implements AsyncDisposable {
  readonly #clients = new Map<ServiceName, AsyncDisposable>();

  constructor(
    readonly addressSettings: Readonly<Record<string, string>>,
    readonly addresses: Readonly<Record<string, string>>,
    private readonly processes: ReadonlyMap<ServiceName, ServiceProcess>,
  ) {}

  /** The process of a service. */
  process(name: ServiceName): ServiceProcess {
    return this.processes.get(name)!;
  }

  /** A client of a service, closed with the fleet. */
  client<Name extends ServiceName>(name: Name): Client<ServiceDefinitions[Name]> {
    const known = this.#clients.get(name);
    if (known !== undefined) return known as unknown as Client<ServiceDefinitions[Name]>;
    const definition = SERVICES[name].definition as ServiceDefinitions[Name];
    const client = createClient({
      definition,
      address: this.addresses[name]!,
      caller: 'e2e',
      defaultDeadlineMs: 30_000,
    });
    this.#clients.set(name, client);
    return client;
  }

  /** What the store holds once nothing is on its way any more. */
  settledStats(timeoutMs = 40_000): Promise<featureStore.GetStoreStatsResponse> {
    const ask = async () => {
      const stats = await this.client('feature-store').getStoreStats({});
      return stats.pendingCount === 0 && stats;
    };
    return until('everything that was accepted is applied', ask, { timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) await client[Symbol.asyncDispose]();
    await Promise.all([...this.processes.values()].map((one) => one[Symbol.asyncDispose]()));
  }
}
