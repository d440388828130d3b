/** What is done again and again. */
export interface KeepDoingOptions {
  readonly everyMs: number;
  /** One round; a round that takes longer than the interval is not joined by a second one. */
  readonly work: (options: { readonly signal: AbortSignal }) => Promise<unknown>;
  /** Told of the first of rounds that fail in a row, but not of one that the stop ended. */
  readonly onFailure: (error: unknown) => void;
  /** Told of a round that went well after one that did not. */
  readonly onRecovery?: () => void;
}

/** Work that goes on until it is disposed. */
export interface KeptWork extends AsyncDisposable {
  /** Resolves when the first round is over, however it went. */
  readonly first: Promise<void>;
}

/** Does some work now and every so often. Disposing it aborts the round in hand and waits for its end. */
export function keepDoing({ everyMs, work, onFailure, onRecovery }: KeepDoingOptions): KeptWork {
  const stopping = new AbortController();
  const { signal } = stopping;
  let isFailing = false;
  let running: Promise<void> | undefined;

  async function round(): Promise<void> {
    try {
      await work({ signal });
      if (isFailing) onRecovery?.();
      isFailing = false;
    } catch (error) {
      if (!isFailing && !signal.aborted) onFailure(error);
      isFailing = true;
    }
  }

  const start = () => {
    running ??= round().finally(() => {
      running = undefined;
    });
    return running;
  };
  const first = start();
  const timer = setInterval(start, everyMs).unref();
  return {
    first,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
