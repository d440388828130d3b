import { AppError } from '@attune/errors';
import type { Redis } from '@attune/redis';
import { cancelChannel, cancelledKey, type QueueName } from './queue-keys';

/** The error with which the signal of a cancelled job aborts. */
function jobCancelled(id: string): AppError {
  return new AppError('cancelled.job', `job "${id}" was cancelled`);
}

/** The jobs that run in this process, and how each is told to stop. */
export class ActiveJobs {
  readonly #queue: QueueName;
  readonly #redis: Redis;
  readonly #controllers = new Map<string, AbortController>();

  /** `redis` is for commands; `subscriber` is a connection of its own, because Redis lets a subscriber do nothing else. */
  constructor(queue: QueueName, redis: Redis, subscriber: Redis) {
    this.#queue = queue;
    this.#redis = redis;
    subscriber.on('message', (_channel, id) => this.abort(id, jobCancelled(id)));
    // what was announced while the connection was down is found in the marks
    subscriber.on('ready', () => void this.#lookForMarks().catch(() => undefined));
  }

  /** Begins to listen for cancellations. */
  static async listen(queue: QueueName, redis: Redis, subscriber: Redis): Promise<ActiveJobs> {
    const active = new ActiveJobs(queue, redis, subscriber);
    await subscriber.subscribe(cancelChannel(queue));
    return active;
  }

  /** Registers a run and returns its signal, which is already aborted when the job was cancelled before. */
  async begin(id: string): Promise<AbortSignal> {
    const controller = new AbortController();
    this.#controllers.set(id, controller);
    if (await this.#isMarked(id)) controller.abort(jobCancelled(id));
    return controller.signal;
  }

  end(id: string, signal: AbortSignal): void {
    // the same job may already run again here, after its lock was lost
    if (this.#controllers.get(id)?.signal === signal) this.#controllers.delete(id);
  }

  abort(id: string, reason: AppError): void {
    this.#controllers.get(id)?.abort(reason);
  }

  abortAll(reason: AppError): void {
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }

  get size(): number {
    return this.#controllers.size;
  }

  async #isMarked(id: string): Promise<boolean> {
    return (await this.#redis.exists(cancelledKey(this.#queue, id))) === 1;
  }

  async #lookForMarks(): Promise<void> {
    for (const id of this.#controllers.keys()) if (await this.#isMarked(id)) this.abort(id, jobCancelled(id));
  }
}
