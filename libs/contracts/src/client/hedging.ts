import { type AppError, isAppError } from '@attune/errors';

/** When and how often a call is sent again for want of an answer. */
export interface HedgePlan {
  readonly delayMs: number;
  readonly maxAttempts: number;
  /** Asked right before each attempt after the first. */
  readonly mayHedge: () => boolean;
}

/** Hears what becomes of a hedged call. */
export interface HedgeListener {
  onHedge(): void;
  /** Which attempt answered, counted from 1. */
  onWon(attempt: number): void;
}

/** One attempt; `isDone` aborts when another one has won. */
type Attempt = (isDone: AbortSignal) => Promise<unknown>;

/**
 * Sends a call again while no answer comes, and takes the first answer; the other attempts are cancelled. A failure that the
 * call's next attempt could not avoid ends it at once, and so does any failure when no other attempt is under way: hedging is
 * for slowness, retries are for failures.
 */
export function hedged(attempt: Attempt, plan: HedgePlan & HedgeListener): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    let open = 0;
    const end = (settle: () => void) => {
      if (done.signal.aborted) return;
      clearTimeout(timer);
      done.abort();
      settle();
    };
    const send = (count: number) => {
      open += 1;
      attempt(done.signal).then(
        (answer) =>
          end(() => {
            plan.onWon(count);
            resolve(answer);
          }),
        (error: unknown) => {
          open -= 1;
          if (open === 0 || !isAboutOneEndpoint(error)) end(() => reject(error));
        },
      );
      if (count >= plan.maxAttempts) return;
      timer = setTimeout(() => {
        if (!plan.mayHedge()) return;
        plan.onHedge();
        send(count + 1);
      }, plan.delayMs);
    };
    send(1);
  });
}

/** A failure of the endpoint that was asked: another one may still answer. */
const isAboutOneEndpoint = (error: unknown): error is AppError =>
  isAppError(error, 'unavailable') || isAppError(error, 'exhausted');
