import { cancelled, throwIfCancelled } from './object-errors';

const callerErrors = new WeakSet<object>();

/** Whether an error came out of the stream that a caller gave us: such an error goes back to the caller as it is. */
export function isFromCaller(error: unknown): boolean {
  return typeof error === 'object' && error !== null && callerErrors.has(error);
}

/**
 * The pieces of a body, given up as soon as `signal` says so, even when the caller's stream is stuck in the middle.
 * The caller's stream is closed in every case.
 */
export async function* piecesOf(
  body: Uint8Array | AsyncIterable<Uint8Array>,
  key: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, undefined> {
  throwIfCancelled(signal, key);
  if (body instanceof Uint8Array) {
    yield body;
    return;
  }
  const iterator = body[Symbol.asyncIterator]();
  let giveUp: (error: unknown) => void = () => undefined;
  const onAbort = () => giveUp(cancelled(signal!, key));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      // Not Promise.race against one promise for the whole stream: that would keep every piece until the stream ends.
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        giveUp = reject;
        if (signal?.aborted) onAbort();
        iterator.next().catch(remember).then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    const closing = iterator.return?.();
    // a stuck generator never settles its return, so a cancelled call does not wait for it
    if (signal?.aborted) closing?.catch(() => undefined);
    else await closing;
  }
}

function remember(error: unknown): never {
  if (typeof error === 'object' && error !== null) callerErrors.add(error);
  throw error;
}
