import { setImmediate } from 'node:timers/promises';
import { AppError } from '@attune/errors';

/** Ends a training that was cancelled. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AppError('cancelled.training', 'the training was cancelled', { cause: signal.reason });
}

/** What a long computation on this thread calls now and then: events arrive meanwhile, and a training that was cancelled ends. */
export function breathing(signal: AbortSignal | undefined): () => Promise<void> {
  return async () => {
    await setImmediate();
    throwIfCancelled(signal);
  };
}
