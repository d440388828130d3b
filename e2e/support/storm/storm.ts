import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaServer } from '@attune/devstack';
import { type OwnServers, restart } from '../own-servers';
import type { ServiceProcess } from '../service-process';
import type { ProducerProcess } from './producer-process';
import type { Fault } from './weather';
import { withBackend } from './with-backend';

/** How the next call is to be delivered. */
export interface Delivery {
  readonly delayMs: number;
  readonly copies: number;
}

/** How long what is frozen stands still, between the two. */
const FREEZE_MS = [200, 800] as const;
const BROKER_FREEZE_MS = [300, 2_000] as const;
/** A fault strikes up to so long after the calls that were held back for it may go. */
const MOMENT_MS = 100;
const RESTART_PAUSE_MS = 200;
const TERMINATE = 'SELECT pg_terminate_backend($1)';
const AT_ONCE: Delivery = { delayMs: 0, copies: 1 };

/** Everything that a storm can hit. */
export interface Targets {
  readonly servers: OwnServers;
  readonly stores: readonly ServiceProcess[];
  readonly producer: ProducerProcess;
  readonly random: () => number;
}

/** What comes only when nothing is away: one store, or the broker, is ended at a time, and there must be a broker to freeze. */
const IN_CALM: ReadonlySet<Fault> = new Set<Fault>([
  'kill a store',
  'restart a store',
  'kill the broker',
  'restart the broker',
  'freeze the broker',
]);

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
    if (IN_CALM.has(fault)) await this.isOver();
    this.faultCount++;
    // Calls are on their way when it strikes.
    await pause(this.#targets.random() * MOMENT_MS);
    return this.#hit(fault);
  }

  /** Resolves when everything that was struck is back. */
  async isOver(): Promise<void> {
    await Promise.all(this.#down);
  }

  async #hit(fault: Fault): Promise<void> {
    const { servers, producer, random } = this.#targets;
    const backends = { url: servers.postgres.url, random };
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
        return withBackend(backends, async (pid, client) => void (await client.query(TERMINATE, [pid])));
      case 'kill a PostgreSQL backend':
        return withBackend(backends, async (pid) => void process.kill(pid, 'SIGKILL'));
      case 'freeze a PostgreSQL backend':
        return withBackend(backends, (pid) => this.#freeze(pid));
      case 'kill Redis':
        return restart(servers.redis);
      case 'freeze Redis':
        return this.#freeze(servers.redis.process.identity!.pid);
      case 'kill the broker':
        return this.#restartBroker('SIGKILL');
      case 'restart the broker':
        return this.#restartBroker('SIGTERM');
      case 'freeze the broker':
        return this.#freeze(this.#broker().process.identity!.pid, BROKER_FREEZE_MS);
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

  #store(): ServiceProcess {
    const { stores, random } = this.#targets;
    return stores[Math.floor(random() * stores.length)]!;
  }

  async #restartStore(end: (store: ServiceProcess) => Promise<unknown>): Promise<void> {
    const store = this.#store();
    await end(store);
    this.#comesBack(startAgain(store));
  }

  #restartBroker(how: NodeJS.Signals): void {
    this.#comesBack(restart(this.#broker(), how));
  }

  #broker(): KafkaServer {
    const { kafka } = this.#targets.servers;
    if (kafka === undefined) throw new Error('this storm has faults of a broker, but no broker');
    return kafka;
  }

  #comesBack(start: Promise<void>): void {
    const back: Promise<void> = start.then(() => void this.#down.delete(back));
    // Whoever waits for the end of the storm hears of what does not come back.
    back.catch(() => undefined);
    this.#down.add(back);
  }

  async #freeze(pid: number, [least, most]: readonly [number, number] = FREEZE_MS): Promise<void> {
    const isThere = signal(pid, 'SIGSTOP');
    await pause(least + this.#targets.random() * (most - least));
    if (isThere) signal(pid, 'SIGCONT');
  }
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
