/** When to stop asking a dependency that does not answer. */
export interface CircuitRule {
  /** So many failures in a row open the circuit. */
  readonly failures: number;
  /** And only where that has gone on for so long: a short pause makes many questions fail at once. Absent: at once. */
  readonly lastingMs?: number;
  /** An open circuit lets one question through every so often; the first answer closes it. */
  readonly retryMs: number;
}

/**
 * A circuit breaker (Nygard, Release It!, 2007): after some failures in a row a dependency is asked only now and then, so that what
 * waits for it does not wait each time.
 */
export class Circuit {
  #failuresInRow = 0;
  #failingSinceMs = 0;
  #isOpen = false;
  #nextTryMs = 0;

  constructor(private readonly rule: CircuitRule) {}

  /** Whether to ask now. Where the circuit is open, the one who may ask keeps the others away until it is time again. */
  mayAsk(nowMs: number): boolean {
    if (!this.#isOpen) return true;
    if (nowMs < this.#nextTryMs) return false;
    this.#nextTryMs = nowMs + this.rule.retryMs;
    return true;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  answered(): void {
    this.#failuresInRow = 0;
    this.#isOpen = false;
  }

  failed(nowMs: number): void {
    const { failures, lastingMs = 0, retryMs } = this.rule;
    if (this.#failuresInRow === 0) this.#failingSinceMs = nowMs;
    this.#failuresInRow += 1;
    if (this.#failuresInRow >= failures && nowMs - this.#failingSinceMs >= lastingMs) this.#isOpen = true;
    if (this.#isOpen) this.#nextTryMs = nowMs + retryMs;
  }
}
