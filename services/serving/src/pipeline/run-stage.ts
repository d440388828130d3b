import { AppError, type ErrorCode, toAppError } from '@attune/errors';
import { withSpan } from '@attune/telemetry';
import type { DegradedStage } from '../domain/decision';
import type { Waiting } from '../ports';

/** How long stages may run. */
export interface StageLimits {
  /** Cancels the request as a whole: its stages then throw. */
  readonly signal: AbortSignal;
  /** What the stages may take; when it is over, the request goes on without those that are late. */
  readonly budgetMs: number;
  /** When that is, by `performance.now()`. */
  readonly deadlineAtMs: number;
}

/** The time of stages that run beside each other: one timer and one signal for all of them. Dispose of it when they are done. */
export class StageClock implements Disposable {
  readonly waiting: Waiting;
  /** Rejects when the time is over or the request has ended. */
  readonly over: Promise<never>;
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #reject!: (reason: unknown) => void;

  constructor(readonly limits: StageLimits) {
    const { signal, budgetMs, deadlineAtMs } = limits;
    this.waiting = { signal: this.#stop.signal, deadlineAtMs };
    this.over = new Promise((_, reject) => {
      this.#reject = reject;
    });
    // Nobody may be waiting any more when it rejects.
    this.over.catch(() => undefined);
    this.#timer = setTimeout(() => this.#end(late(budgetMs)), Math.max(1, budgetMs));
    if (signal.aborted) this.#cancel();
    else signal.addEventListener('abort', this.#cancel, { once: true });
  }

  get isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.limits.signal.removeEventListener('abort', this.#cancel);
  }

  readonly #cancel = () => this.#end(this.limits.signal.reason);

  #end(reason: unknown): void {
    this.#stop.abort(reason);
    this.#reject(reason);
  }
}

/** A stage that did its work, or what is to be said about it. */
export type StageOutcome<T> =
  | { readonly isDone: true; readonly value: T }
  | { readonly isDone: false; readonly degraded: Omit<DegradedStage, 'message'> };

/**
 * Runs one stage in a span that bears its name. Failing or running late is an outcome, not an error; only the end of the
 * whole request is thrown. A late stage is told to stop and no longer waited for.
 */
export function runStage<T>(
  stage: string,
  clock: StageClock,
  run: (waiting: Waiting) => Promise<T>,
): Promise<StageOutcome<T>> {
  return withSpan(stage, {}, async (span) => {
    try {
      return { isDone: true, value: await Promise.race([run(clock.waiting), clock.over]) };
    } catch (error) {
      const { signal } = clock.limits;
      if (signal.aborted) throw toAppError(signal.reason);
      const code = clock.isOver ? lateCodeOf(stage) : toAppError(error).code;
      span.setAttribute('attune.degraded', code);
      return { isDone: false, degraded: { stage, code } };
    }
  });
}

/** `deadline.source` for `sources/trending`. */
function lateCodeOf(stage: string): ErrorCode {
  return `deadline.${stage.split('/', 1)[0]!.replace(/s$/, '')}`;
}

function late(budgetMs: number): AppError {
  return new AppError('deadline.stage', `the stage took longer than ${Math.round(budgetMs)} ms`);
}
