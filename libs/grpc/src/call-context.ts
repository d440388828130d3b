import { cancelledError, deadlineError } from '@attune/contracts';
import type { AppError } from '@attune/errors';
import type { Logger } from '@attune/telemetry';
import type { CallContext } from './types';

/** What a server knows about one call. Signal and logger are made on first use, because many calls need neither. */
export class ServerCallContext implements CallContext {
  readonly startedAt = performance.now();
  /** Why the call was given up, as soon as it was. */
  abortReason: AppError | undefined;
  #controller: AbortController | undefined;
  #logger: Logger | undefined;
  readonly #parentLogger: Logger;

  constructor(
    readonly method: string,
    readonly requestId: string,
    readonly caller: string | undefined,
    readonly deadline: Date,
    logger: Logger,
  ) {
    this.#parentLogger = logger;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.abortReason !== undefined) this.#controller.abort(this.abortReason);
    }
    return this.#controller.signal;
  }

  get logger(): Logger {
    const { method, requestId, caller } = this;
    this.#logger ??= this.#parentLogger.child({ method, requestId, ...(caller === undefined ? {} : { caller }) });
    return this.#logger;
  }

  /** Tells the handler to stop: by default because the time is up where it is, else because the caller gave up. */
  abort(reason: AppError = this.deadline.getTime() <= Date.now() ? deadlineError() : cancelledError()): void {
    if (this.abortReason !== undefined) return;
    this.abortReason = reason;
    this.#controller?.abort(this.abortReason);
  }
}
