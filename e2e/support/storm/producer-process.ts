import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { common } from '@attune/contracts';
import { spawnNode } from '../service-process';

/** Calls that may wait for their acknowledgement at once. */
const WINDOW = 6;

interface Waiting {
  readonly call: number;
  readonly interactions: readonly common.Interaction[];
  readonly delayMs: number;
  readonly copies: number;
}

/**
 * The producer of a storm, and what is known of its calls here, where nothing is killed: a new process gets everything again that
 * the one before it had not reported as acknowledged.
 */
export class ProducerProcess implements Disposable {
  readonly #waiting = new Map<number, Waiting>();
  readonly #acknowledged = new Set<number>();
  readonly #addresses: readonly string[];
  #child: ChildProcess;
  #lastAt = performance.now();
  #longestSilenceMs = 0;
  #onRoom: () => void = () => undefined;
  #failure: Error | undefined;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
    this.#child = this.#spawn();
  }

  /** How many calls were acknowledged. */
  get acknowledgedCount(): number {
    return this.#acknowledged.size;
  }

  /** The longest time in which no call was acknowledged, although one waited for it. */
  get longestSilenceMs(): number {
    return this.#longestSilenceMs;
  }

  /** Sends a call once there is room for it. */
  async send(waiting: Waiting): Promise<void> {
    while (this.#waiting.size >= WINDOW) await this.#room();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#waiting.size === 0) this.#lastAt = performance.now();
    this.#waiting.set(waiting.call, waiting);
    this.#child.send(waiting);
  }

  /** Resolves when everything that was sent is acknowledged. */
  async allAcknowledged(): Promise<void> {
    while (this.#waiting.size > 0) await this.#room();
  }

  /** Ends the process as a crash does; a new one takes over at once. */
  kill(): void {
    this.#child.removeAllListeners();
    this.#child.kill('SIGKILL');
    this.#child = this.#spawn();
    for (const waiting of this.#waiting.values()) this.#child.send(waiting);
  }

  /** The process, to be frozen. */
  get pid(): number {
    return this.#child.pid!;
  }

  [Symbol.dispose](): void {
    this.#child.removeAllListeners();
    this.#child.kill('SIGKILL');
  }

  #spawn(): ChildProcess {
    const child = spawnNode([join(__dirname, 'producer.mjs'), ...this.#addresses], {});
    child.on('message', ({ call }: { call: number }) => this.#acknowledge(call));
    child.stderr?.on('data', (text) => process.stderr.write(text));
    // One that was killed here is not listened to any more.
    child.on('exit', (code) => {
      this.#failure = new Error(`the producer of the storm ended by itself with code ${code}`);
      this.#onRoom();
    });
    return child;
  }

  #acknowledge(call: number): void {
    const now = performance.now();
    this.#longestSilenceMs = Math.max(this.#longestSilenceMs, now - this.#lastAt);
    this.#lastAt = now;
    this.#waiting.delete(call);
    this.#acknowledged.add(call);
    this.#onRoom();
  }

  #room(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onRoom = () => (this.#failure === undefined ? resolve() : reject(this.#failure));
      if (this.#failure !== undefined) this.#onRoom();
    });
  }
}
