/** Waits, or returns at once when a signal is aborted; it never throws. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/** The wait before attempt `attempt + 1`: doubles from 50 ms to 15 s. Partitions fail apart, so no jitter is needed. */
export function backoffMs(attempt: number): number {
  return Math.min(15_000, 50 * 2 ** Math.min(attempt - 1, 16));
}

/** Settles with the work, or resolves after `limitMs`, whichever comes first. */
export async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  try {
    await Promise.race([work, sleep(limitMs, timer.signal)]);
  } finally {
    timer.abort();
  }
}
