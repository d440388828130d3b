import { loadSettings } from '@attune/config';
import {
  type Client,
  createClient,
  type events,
  featureStore,
  SERVICES,
  type ServiceDefinitions,
  type ServiceName,
} from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { isAppError } from '@attune/errors';
import type { RunningService } from '@attune/kit';
import { freePorts, settingsOf, type TestInfra, until } from '@attune/testkit';
import { PATIENT } from './patient';
import { STARTERS } from './starters';

/** How to start a fleet. */
export interface FleetOptions {
  /** Real servers and the namespace that the test file has for itself: `useInfra()`. */
  readonly infra: TestInfra;
  /** Which services; all seven by default. */
  readonly services?: readonly ServiceName[];
  /** Settings besides those of every test and the patience of serving, for all services that know them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Producers before consumers, so that one drain of each, done twice, moves everything on. */
const DRAIN_ORDER: readonly ServiceName[] = [
  'training',
  'serving',
  'feature-store',
  'bandit',
  'experiment',
  'monitoring',
];

/** Starts services in this process, each on a free port that the others know. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const names = options.services ?? (Object.keys(SERVICES) as ServiceName[]);
  const ports = await freePorts(names.length);
  const addresses = Object.fromEntries(names.map((name, index) => [name, `127.0.0.1:${ports[index]}`]));
  const fleet = new Fleet(options, addresses);
  try {
    for (const name of names) await fleet.start(name);
  } catch (error) {
    await fleet[Symbol.asyncDispose]();
    throw error;
  }
  return fleet;
}

/** A fleet in one process: for journeys that look at what callers see. */
export class Fleet implements AsyncDisposable {
  readonly #running = new Map<ServiceName, RunningService>();
  readonly #clients = new Map<ServiceName, AsyncDisposable>();

  constructor(
    private readonly options: FleetOptions,
    readonly addresses: Readonly<Record<string, string>>,
  ) {}

  /** Where each service listens, as the settings that command line and peers read. */
  get addressSettings(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.entries(this.addresses).map(([name, at]) => [addressSetting(name), at]));
  }

  /** A client of a service, closed with the fleet. After the service was stopped there is another: ask again. */
  client<Name extends ServiceName>(name: Name): Client<ServiceDefinitions[Name]> {
    const known = this.#clients.get(name);
    if (known !== undefined) return known as unknown as Client<ServiceDefinitions[Name]>;
    const definition = SERVICES[name].definition as ServiceDefinitions[Name];
    // Two busy cores stretch every call; what a test is about is never this deadline.
    const client = createClient({
      definition,
      address: this.addresses[name]!,
      caller: 'e2e',
      defaultDeadlineMs: 30_000,
    });
    this.#clients.set(name, client);
    return client;
  }

  /** Starts a service that is part of this fleet and does not run. */
  async start(name: ServiceName): Promise<void> {
    const { settings, start } = STARTERS[name];
    const known = new Set(Object.values(settings).map(({ env }) => env));
    const own = Object.entries({ ...PATIENT, ...this.options.settings }).filter(([env]) => known.has(env));
    const service = await start(loadSettings(settings, { ...this.#common(name), ...Object.fromEntries(own) }) as never);
    this.#running.set(name, service);
  }

  /** Drains a service and stops it. */
  async stop(name: ServiceName): Promise<void> {
    const service = this.#running.get(name);
    this.#running.delete(name);
    await service?.[Symbol.asyncDispose]();
    // A client that has met a closed port waits up to a second before it knocks again: longer than its calls are patient.
    await this.#clients.get(name)?.[Symbol.asyncDispose]();
    this.#clients.delete(name);
  }

  /** Stops a service and starts it where it was. */
  async restart(name: ServiceName): Promise<void> {
    await this.stop(name);
    await this.start(name);
  }

  /** Resolves when every consumer has handled what was appended before the call, and what that made others append. */
  async caughtUp(): Promise<void> {
    for (const name of [...DRAIN_ORDER, ...DRAIN_ORDER]) await this.#running.get(name)?.caughtUp();
  }

  /** A decision record as the feature-store gives it, once it has it: serving publishes records after its answers. */
  decision(decisionId: string): Promise<events.DecisionRecord> {
    return until(`the record of decision ${decisionId}`, async () => {
      await this.caughtUp();
      const request = featureStore.GetDecisionRequest.fromPartial({ decisionId });
      const answer = await this.client('feature-store')
        .getDecision(request)
        .catch((error: unknown) => {
          if (isAppError(error, 'not_found')) return undefined;
          throw error;
        });
      return answer?.decision;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) await client[Symbol.asyncDispose]();
    // Reverse of the start: who calls others goes before those that it calls.
    for (const name of [...this.#running.keys()].reverse()) await this.stop(name);
  }

  #common(name: ServiceName): NodeJS.ProcessEnv {
    return {
      ...settingsOf(this.options.infra),
      ATTUNE_LISTEN: this.addresses[name],
      ATTUNE_DATABASE_MAX_CONNECTIONS: '4',
      ...this.addressSettings,
    };
  }
}
