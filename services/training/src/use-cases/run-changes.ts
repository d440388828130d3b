import { EventEmitter, once } from 'node:events';

/** Tells watchers in this process that a run has changed. It is a hint: the store holds the truth. */
export class RunChanges {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  /** Wakes everybody who waits for this run. */
  announce(runId: string): void {
    this.#emitter.emit(runId);
  }

  /** Resolves at the next change of the run, after `timeoutMs`, or when the signal aborts. */
  async next(runId: string, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<void> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    await once(this.#emitter, runId, { signal: either }).catch(() => undefined);
  }
}
