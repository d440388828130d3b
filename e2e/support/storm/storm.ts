import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@attune/testkit';
import { Client } from 'pg';
import { type OwnServers, restart } from '../own-servers';
import type { ServiceProcess } from '../service-process';
import type { ProducerProcess } from './producer-process';
import type { Fault } from './weather';

/** How the next call is to be delivered. */
export interface Delivery {
  readonly delayMs: number;
  readonly copies: number;
}

const RESTART_PAUSE_MS = 200;
const AT_ONCE: Delivery = { delayMs: 0, copies: 1 };

/** Everything that a storm can hit. */
export interface Targets {
  readonly servers: OwnServers;
  readonly stores: readonly ServiceProcess[];
  readonly producer: ProducerProcess;
  readonly random: () => number;
}

/** Strikes one fault after the other. Whatever was struck comes back; a fault that hits something which is down waits for it. */
export class Storm {
  faultCount = 0;
  #delivery: Delivery = AT_ONCE;
  readonly #targets: Targets;
  readonly #down = new Set<Promise<void>>();

  constructor(targets: Targets) {
    this.#targets = targets;
  }

  /** How to deliver the next call: as the last fault of that kind wants it, once. */
  nextDelivery(): Delivery {
    const delivery = this.#delivery;
    this.#delivery = AT_ONCE;
    return delivery;
  }

  /** Strikes, and resolves when the next fault may come: what is killed comes back meanwhile. */
  async strike(fault: Fault): Promise<void> {
    this.faultCount++;
    const { servers, producer, random } = this.#targets;
    switch (fault) {
      case 'kill a store':
        return this.#restartStore((store) => store.kill());
      case 'restart a store':
        return this.#restartStore((store) => store.stop());
      case 'freeze a store':
        return this.#freeze(this.#store().pid);
      case 'kill the producer':
        return producer.kill();
      case 'freeze the producer':
        return this.#freeze(producer.pid);
      case 'terminate a PostgreSQL backend':
        return this.#withBackend(
          async (client, pid) => void (await client.query('SELECT pg_terminate_backend($1)', [pid])),
        );
      case 'kill a PostgreSQL backend':
        return this.#withBackend(async (_, pid) => void process.kill(pid, 'SIGKILL'));
      case 'freeze a PostgreSQL backend':
        return this.#withBackend((_, pid) => this.#freeze(pid));
      case 'kill Redis':
        return restart(servers.redis);
      case 'freeze Redis':
        return this.#freeze(servers.redis.process.identity!.pid);
      case 'deliver twice':
        this.#delivery = { delayMs: 0, copies: 2 };
        return;
      case 'deliver late':
        this.#delivery = { delayMs: 1_000 + random() * 2_000, copies: 1 };
        return;
      case 'deliver out of order':
        this.#delivery = { delayMs: 200 + random() * 300, copies: 1 };
        return;
      default:
        return fault satisfies never;
    }
  }

  /** Resolves when everything that was struck is back. */
  async isOver(): Promise<void> {
    await Promise.all(this.#down);
  }

  #store(): ServiceProcess {
    const { stores, random } = this.#targets;
    return stores[Math.floor(random() * stores.length)]!;
  }

  async #restartStore(end: (store: ServiceProcess) => Promise<unknown>): Promise<void> {
    // One store at a time: the other one carries on.
    await this.isOver();
    const store = this.#store();
    await end(store);
    const back: Promise<void> = startAgain(store).finally(() => this.#down.delete(back));
    this.#down.add(back);
  }

  async #freeze(pid: number): Promise<void> {
    const isThere = signal(pid, 'SIGSTOP');
    await pause(200 + this.#targets.random() * 600);
    if (isThere) signal(pid, 'SIGCONT');
  }

  /** Does something to a backend that works for a store; while the server comes back from the last strike, there is none. */
  async #withBackend(strike: (client: Client, pid: number) => Promise<void>): Promise<void> {
    const { servers, random } = this.#targets;
    const isStruck = async () => {
      await using client = await connected(servers.postgres.url);
      const sql = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'attune%' ORDER BY state, pid";
      const { rows } = await client.query<{ pid: number }>(sql);
      const victim = rows[Math.floor(random() * rows.length)];
      if (victim !== undefined) await strike(client, victim.pid);
      return victim !== undefined;
    };
    await until('a backend works for a store', () => isStruck().catch(() => false), { timeoutMs: 60_000 });
  }
}

async function connected(url: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: url });
  // A server that goes away is what this is about.
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end().catch(() => undefined) });
}

/** As a supervisor does: a start that meets servers which are down ends, and is tried again. */
async function startAgain(store: ServiceProcess): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.start();
    } catch (error) {
      if (attempt === 20) throw error;
      await pause(RESTART_PAUSE_MS);
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
