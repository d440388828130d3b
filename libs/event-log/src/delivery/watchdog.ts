import { AppError } from '@attune/errors';

/** What the watched work may do. */
export interface Watched {
  readonly signal: AbortSignal;
  heartbeat(): void;
  /** False once the watchdog gave up on this attempt: what the abandoned work still does must have no effect. */
  isLive(): boolean;
}

/** The handler neither finished nor sent a heartbeat in time. */
export class StallError extends AppError {
  constructor(stallTimeoutMs: number) {
    super('deadline.handler', `the handler did not move for ${stallTimeoutMs} ms and was aborted`);
  }
}

/**
 * Runs `work` and settles with it; rejects with `StallError` when it does not move for `stallTimeoutMs`, and with the reason of
 * `signal` when that is aborted, even if `work` never settles.
 */
export function watch(
  work: (watched: Watched) => Promise<void>,
  options: { readonly stallTimeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { stallTimeoutMs, signal } = options;
  const controller = new AbortController();
  let lastMovedAt = performance.now();
  let live = true;
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      if (!live) return;
      live = false;
      clearInterval(timer);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const giveUp = (reason: unknown) =>
      settle(() => {
        controller.abort(reason);
        reject(reason);
      });
    const onAbort = () => giveUp(signal.reason);
    const timer = setInterval(
      () => {
        if (performance.now() - lastMovedAt >= stallTimeoutMs) giveUp(new StallError(stallTimeoutMs));
      },
      Math.max(10, stallTimeoutMs / 10),
    );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const heartbeat = () => {
      lastMovedAt = performance.now();
    };
    Promise.resolve()
      .then(() => work({ signal: controller.signal, heartbeat, isLive: () => live }))
      .then(
        () => settle(resolve),
        (error) => settle(() => reject(error)),
      );
  });
}
