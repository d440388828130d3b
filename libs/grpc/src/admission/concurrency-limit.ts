/** Turns of the event loop that are longer than this say that too many calls run at once. */
const LONG_TURN_MS = 6;
const WINDOW_MS = 100;
const CUT = 0.8;
const GROWTH = 1.05;

/** The bounds of a limit. */
export interface LimitBounds {
  readonly least: number;
  readonly most: number;
}

/**
 * How many calls may run at once: fewer as soon as they keep each other and the event loop waiting, more again while calls wait for
 * a place and the loop has time (additive increase would take minutes from 8 to 256, so both ways are multiplicative).
 */
export class ConcurrencyLimit {
  #limit: number;
  #windowStartedAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly bounds: LimitBounds) {
    this.#limit = bounds.most;
  }

  /** Calls that may run at once. */
  get current(): number {
    return Math.floor(this.#limit);
  }

  /** Adapts to how long turns take and whether calls wait for a place; at most once in a tenth of a second. */
  observe(nowMs: number, { turnMs, isFull }: { readonly turnMs: number; readonly isFull: boolean }): void {
    if (nowMs - this.#windowStartedAtMs < WINDOW_MS) return;
    this.#windowStartedAtMs = nowMs;
    const { least, most } = this.bounds;
    if (turnMs > LONG_TURN_MS) this.#limit = Math.max(least, this.#limit * CUT);
    else if (isFull) this.#limit = Math.min(most, this.#limit * GROWTH + 1);
  }
}
