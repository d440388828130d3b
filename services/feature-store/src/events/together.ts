import { isAppError } from '@attune/errors';
import type { CallOptions } from '../ports';

/** Does the work of several callers at once; it is done for all of them, or for none. */
export type DoAll<T> = (all: readonly T[], options: { readonly signal: AbortSignal }) => Promise<void>;

interface Waiting<T> {
  readonly work: T;
  readonly signal: AbortSignal;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets callers share one run: whatever arrives while a run is under way is done together in the next. Partitions that are
 * consumed side by side change the same items, and one transaction changes each of them once.
 *
 * When a shared run fails, each caller's work is done by itself, so that what one caller brought fails only for that caller.
 */
export function together<T>(doAll: DoAll<T>): (work: T, options: Required<CallOptions>) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let isRunning = false;
  const run = async () => {
    isRunning = true;
    while (waiting.length > 0) {
      const all = waiting;
      waiting = [];
      await settle(all, doAll);
    }
    isRunning = false;
  };
  return (work, { signal = new AbortController().signal }) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ work, signal, resolve, reject });
      if (!isRunning) void run();
    });
}

async function settle<T>(all: readonly Waiting<T>[], doAll: DoAll<T>): Promise<void> {
  if (all.length > 1) {
    try {
      const signal = AbortSignal.any(all.map((one) => one.signal));
      await doAll(
        all.map(({ work }) => work),
        { signal },
      );
      for (const { resolve } of all) resolve();
      return;
    } catch (error) {
      // A server that is away is away for everybody.
      if (isAppError(error, 'unavailable')) {
        for (const { reject } of all) reject(error);
        return;
      }
    }
  }
  for (const { work, signal, resolve, reject } of all) await doAll([work], { signal }).then(resolve, reject);
}
