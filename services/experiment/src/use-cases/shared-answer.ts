/** An answer that several wait for. What it takes is given up when the last of them has gone. */
export class SharedAnswer<T> {
  readonly #answer: Promise<T>;
  readonly #abandoned = new AbortController();
  #waiting = 0;
  #isSettled = false;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    const settled = () => {
      this.#isSettled = true;
    };
    this.#answer = work(this.#abandoned.signal);
    this.#answer.then(settled, settled);
  }

  /** Nobody waited any more before it came. */
  get isAbandoned(): boolean {
    return this.#abandoned.signal.aborted;
  }

  /** The answer, for one more who goes when the signal aborts. */
  join(signal: AbortSignal): Promise<T> {
    this.#waiting++;
    const leave = () => {
      this.#waiting--;
      if (this.#waiting === 0 && !this.#isSettled) this.#abandoned.abort(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return this.#answer.finally(() => signal.removeEventListener('abort', leave));
  }
}
