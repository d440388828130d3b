/** What the pace needs to know of the world. */
export interface PaceOptions {
  /** Milliseconds from any fixed moment; it never goes back. */
  readonly stopwatch: () => number;
  /** Runs something after what has arrived meanwhile was taken in: `setImmediate`. */
  readonly nextTurn: (run: () => void) => void;
  readonly onTurn: () => void;
}

/** How much of one turn of the event loop may go into beginnings of calls. */
const SLICE_MS = 2;
/** After so long without a call nothing is known of the loop any more. */
const FORGET_MS = 1_000;
/** Turns that are remembered: an odd number, since their median is asked for. */
const TURNS = 9;
/** Fewer say nothing yet. */
const ENOUGH_TURNS = 3;

/**
 * Keeps calls that arrive together from being begun in one turn of the event loop: while it lasts nobody hears of health, of refusals
 * or of a cancellation. It measures turns as well, because what arrives has waited for the last one to end.
 */
export class LoopPace {
  #isInTurn = false;
  #turnStartedAtMs = 0;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  readonly #turnsMs: number[] = [];

  constructor(private readonly options: PaceOptions) {}

  /** Whether one more call may begin in this turn. */
  mayBegin(): boolean {
    return !this.#isInTurn || this.options.stopwatch() - this.#turnStartedAtMs < SLICE_MS;
  }

  /** A call has come: it begins, waits or is refused, and the turn in which that happens is measured. */
  note(): void {
    if (this.#isInTurn) return;
    this.#isInTurn = true;
    this.#turnStartedAtMs = this.options.stopwatch();
    this.options.nextTurn(() => this.#turn());
  }

  /** How long turns take lately, in milliseconds: their median, since one that was held up (garbage, a busy machine) says little. */
  delayMs(): number {
    if (this.options.stopwatch() - this.#measuredAtMs > FORGET_MS) this.#turnsMs.length = 0;
    if (this.#turnsMs.length < ENOUGH_TURNS) return 0;
    return this.#turnsMs.toSorted((a, b) => a - b)[this.#turnsMs.length >> 1]!;
  }

  #turn(): void {
    const nowMs = this.options.stopwatch();
    if (nowMs - this.#measuredAtMs > FORGET_MS) this.#turnsMs.length = 0;
    this.#turnsMs.push(nowMs - this.#turnStartedAtMs);
    if (this.#turnsMs.length > TURNS) this.#turnsMs.shift();
    this.#measuredAtMs = nowMs;
    this.#isInTurn = false;
    this.options.onTurn();
  }
}
