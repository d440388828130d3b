/** So many calls in a row that were given up without a word make an endpoint suspect. */
const UNANSWERED_IN_ROW = 3;
/** An endpoint with open calls that says nothing for so long is suspect. */
const SILENCE_MS = 250;
/** How long an endpoint stays suspect after the last call that was given up. */
const PROBATION_MS = 1_000;
/** A refusal weighs like a call in flight, and half of that after so long. */
const REFUSAL_HALF_LIFE_MS = 250;

/**
 * What a client knows of one endpoint from its own calls: how many are open, whether it still says anything, and whether it
 * refuses. A process that is frozen (SIGSTOP) keeps its connections open: silence is the only sign. Times in milliseconds.
 */
export class EndpointLoad {
  inFlight = 0;
  /** Those in flight that an answer is due to soon: all but streams. */
  #awaited = 0;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #awaitedSinceMs = 0;
  #unansweredInRow = 0;
  #suspectUntilMs = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  #refusedAtMs = 0;

  /** A call was sent to it. A stream may be silent for hours: that says nothing. */
  started(nowMs: number, isStream: boolean): void {
    this.inFlight += 1;
    if (isStream) return;
    if (this.#awaited === 0) this.#awaitedSinceMs = nowMs;
    this.#awaited += 1;
  }

  /** It answered a call, with whatever status; `wasRefused` where it had no room or no time for it. */
  answered(nowMs: number, { isStream = false, wasRefused = false } = {}): void {
    this.#ended(isStream);
    this.#heardAtMs = nowMs;
    this.#unansweredInRow = 0;
    this.#suspectUntilMs = Number.NEGATIVE_INFINITY;
    if (!wasRefused) return;
    this.#refusals = this.#refusalsAt(nowMs) + 1;
    this.#refusedAtMs = nowMs;
  }

  /** A call ended without a word from it: cancelled, or out of time. */
  abandoned(
    nowMs: number,
    { isStream, startedAtMs }: { readonly isStream: boolean; readonly startedAtMs: number },
  ): void {
    this.#ended(isStream);
    if (isStream || this.#heardAtMs >= startedAtMs) return;
    this.#unansweredInRow += 1;
    if (this.#unansweredInRow >= UNANSWERED_IN_ROW) this.#suspectUntilMs = nowMs + PROBATION_MS;
  }

  /** Whether it seems frozen: others are asked first then. */
  isSuspect(nowMs: number): boolean {
    if (nowMs < this.#suspectUntilMs) return true;
    return this.#awaited > 0 && nowMs - Math.max(this.#heardAtMs, this.#awaitedSinceMs) > SILENCE_MS;
  }

  /** How busy it is, in calls. One that refuses everything at once has nothing in flight, and must not draw every call for it. */
  load(nowMs: number): number {
    return this.inFlight + this.#refusalsAt(nowMs);
  }

  #ended(isStream: boolean): void {
    this.inFlight -= 1;
    if (!isStream) this.#awaited -= 1;
  }

  #refusalsAt(nowMs: number): number {
    if (this.#refusals === 0) return 0;
    const left = this.#refusals * 0.5 ** ((nowMs - this.#refusedAtMs) / REFUSAL_HALF_LIFE_MS);
    return left < 0.01 ? 0 : left;
  }
}
