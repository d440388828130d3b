/** What is done again and again. */
export interface KeepDoingOptions {
  readonly everyMs: number;
  /** One round; a round that takes longer than the interval is not joined by a second one. */
  readonly work: (options: { readonly signal: AbortSignal }) => Promise<unknown>;
  /** Told of each round that failed, but not of one that the stop ended. */
  readonly onFailure: (error: unknown) => void;
}

/** Does some work now and every so often. Disposing it aborts the round in hand and waits for its end. */
export function keepDoing({ everyMs, work, onFailure }: KeepDoingOptions): AsyncDisposable {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> | undefined;
  const start = () => {
    running ??= Promise.resolve()
      .then(() => work({ signal }))
      .catch((error: unknown) => {
        if (!signal.aborted) onFailure(error);
      })
      .finally(() => {
        running = undefined;
      });
  };
  start();
  const timer = setInterval(start, everyMs).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
