/** As in gRFC A6: a client that begins with so many tokens stops sending again below half of them. */
const MAX_TOKENS = 1_000;
const TOKENS_PER_SUCCESS = 0.1;

/**
 * Keeps a client from answering an outage or an overload with more calls (retry throttling of gRFC A6): every failure costs a token,
 * every ten answers earn one, and below half of the tokens no call is sent again.
 */
export class RetryBudget {
  #tokens = MAX_TOKENS;

  succeeded(): void {
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + TOKENS_PER_SUCCESS);
  }

  /** A call failed in a way that more calls would make worse. */
  failed(): void {
    this.#tokens = Math.max(0, this.#tokens - 1);
  }

  get allows(): boolean {
    return this.#tokens > MAX_TOKENS / 2;
  }
}

/** The part of all calls that may be sent twice because the first answer is slow. */
const HEDGED_SHARE = 0.1;
/** So many in a row, where few were needed before: a frozen endpoint must cost no answer until it is suspected. */
const HEDGE_BURST = 100;

/** Bounds how many calls are sent twice: a tenth of all calls, and some saved up from when fewer were needed. */
export class HedgeBudget {
  #tokens = HEDGE_BURST;

  /** A call begins. */
  called(): void {
    this.#tokens = Math.min(HEDGE_BURST, this.#tokens + HEDGED_SHARE);
  }

  /** Takes one hedge, if there is one. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
