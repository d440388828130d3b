import { AppError, type ErrorCode, toAppError } from '@attune/errors';
import { withSpan } from '@attune/telemetry';
import type { DegradedStage } from '../domain/decision';
import type { Waiting } from '../ports';

/** How one stage may run. */
export interface StageLimits {
  /** Cancels the request as a whole: the stage then throws. */
  readonly signal: AbortSignal;
  /** What the stage may take; when it is over, the request goes on without it. */
  readonly budgetMs: number;
  /** When that is, by `performance.now()`. */
  readonly deadlineAtMs: number;
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
  { signal, budgetMs, deadlineAtMs }: StageLimits,
  run: (waiting: Waiting) => Promise<T>,
): Promise<StageOutcome<T>> {
  return withSpan(stage, {}, async (span) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(late(stage, budgetMs)), Math.max(1, budgetMs));
    const cancel = () => stop.abort(signal.reason);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return {
        isDone: true,
        value: await Promise.race([run({ signal: stop.signal, deadlineAtMs }), whenAborted(stop.signal)]),
      };
    } catch (error) {
      if (signal.aborted) throw toAppError(signal.reason);
      const { code } = toAppError(stop.signal.aborted ? stop.signal.reason : error);
      span.setAttribute('attune.degraded', code);
      return { isDone: false, degraded: { stage, code } };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
    }
  });
}

// Made when it is needed: an error costs more than a stage, for the stack that it takes along.
function late(stage: string, budgetMs: number): AppError {
  // `deadline.source` for `sources/trending`
  const code: ErrorCode = `deadline.${stage.split('/', 1)[0]!.replace(/s$/, '')}`;
  return new AppError(code, `${stage} took longer than ${Math.round(budgetMs)} ms`);
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
