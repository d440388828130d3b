import { AppError, ruleOf, toAppError } from '@attune/errors';

/** How a batch is sent again when the fleet is away. */
export interface Patience {
  /** Give up after the fleet was away for so long. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** What to do when the fleet stays away; that of an import by default. */
  readonly advice?: string;
  /** Tells that a batch is being sent again. */
  readonly onRetry?: (error: AppError) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const IMPORT_ADVICE = 'Start the same import again later: it goes on where it stopped';

/**
 * Calls `send` until it answers. Only errors that say nothing about the request (away, overloaded, too late) are tried
 * again; that is safe because every event carries its id.
 */
export async function sendPatiently<T>(send: (attempt: number) => Promise<T>, patience: Patience): Promise<T> {
  const startedAt = performance.now();
  for (let attempt = 0; ; attempt++) {
    try {
      return await send(attempt);
    } catch (error) {
      const known = toAppError(error);
      const isWorthARetry = ruleOf(known.code).onConsume === 'retry' && !known.code.startsWith('cancelled.');
      if (patience.signal.aborted || !isWorthARetry) throw known;
      if (performance.now() - startedAt > patience.patienceMs) {
        const text = `the fleet did not answer for ${Math.round(patience.patienceMs / 1000)} s: ${known.message}`;
        throw new AppError('unavailable.fleet', `${text}. ${patience.advice ?? IMPORT_ADVICE}`);
      }
      patience.onRetry?.(known);
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS), patience.signal);
    }
  }
}

/** Runs `work` on batches with at most `concurrency` at once and tells each result in the order of the batches. */
export async function inOrder<Batch, Result>(
  batches: AsyncIterable<Batch>,
  concurrency: number,
  work: (batch: Batch) => Promise<Result>,
  onResult: (result: Result) => void | Promise<void>,
): Promise<void> {
  const underWay: Promise<Result>[] = [];
  const settleFirst = async () => onResult(await underWay[0]!);
  try {
    for await (const batch of batches) {
      underWay.push(work(batch));
      if (underWay.length < concurrency) continue;
      await settleFirst();
      underWay.shift();
    }
    while (underWay.length > 0) {
      await settleFirst();
      underWay.shift();
    }
  } finally {
    // After a failure the others are waited for, so that nothing is under way when the caller goes on.
    await Promise.allSettled(underWay);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
