import { AppError } from '@attune/errors';
import { ConcurrencyLimit } from './concurrency-limit';
import { LoopPace } from './loop-pace';

/** How many calls a server takes on. */
export interface AdmissionLimits {
  /** Calls that may run at once, at most. */
  readonly maxConcurrent: number;
  /** Calls that may wait for a place. */
  readonly maxQueued: number;
  /** The longest that a call may wait, however patient its caller is: what waits must be done soon after a burst has ended. */
  readonly maxWaitMs: number;
}

/** What admission needs of the world. */
export interface AdmissionOptions extends AdmissionLimits {
  readonly stopwatch: () => number;
  readonly nextTurn: (run: () => void) => void;
}

/** A call that waits for its place. */
export interface Waiting {
  /** Begins the call, or, with an error, refuses it. Called once, unless the call is withdrawn. */
  readonly settle: (error?: AppError) => void;
  /** When there is no sense in waiting any longer, in milliseconds by the stopwatch. */
  readonly giveUpAtMs: number;
}

const LEAST_CONCURRENT = 8;
/** Half of a call's time may go into waiting: the other half is for the work. */
const WAITING_SHARE = 0.5;
/** A call is taken on when it is expected to wait no longer than this part of what it may wait: expectations err. */
const HOPE_SHARE = 0.7;
/** So many may wait even where refusing alone keeps the loop busy: each turn must begin something. */
const ALWAYS_QUEUED = 4;
const SMOOTHING = 0.2;
/** One observation raises what is known to three times at most: a process that was held up for a second has not become slow. */
const MOST_GROWTH = 3;
const LEAST_KNOWN_MS = 0.5;

/**
 * Decides which calls run, wait or are refused at once. A call is refused when the calls before it, at the rate at which places
 * became free lately, would take more than half of its time. Refusing costs microseconds, so those that are taken on are answered in
 * time although several times as many come as can be served.
 */
export class Admission {
  running = 0;
  readonly #queue = new Set<Waiting>();
  readonly #pace: LoopPace;
  readonly #limit: ConcurrencyLimit;
  /** Milliseconds from one free place to the next while calls wait. */
  #intervalMs: number | undefined;
  /** How long calls run, and how long each holds the loop while it begins. */
  #serviceMs = 0;
  #beginMs = 0;
  #freedAtMs: number | undefined;

  constructor(private readonly options: AdmissionOptions) {
    const { stopwatch, nextTurn, maxConcurrent } = options;
    this.#pace = new LoopPace({ stopwatch, nextTurn, onTurn: () => this.#turn() });
    this.#limit = new ConcurrencyLimit({ least: Math.min(LEAST_CONCURRENT, maxConcurrent), most: maxConcurrent });
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Calls that may run at once just now. */
  get limit(): number {
    return this.#limit.current;
  }

  /** Takes a place for a call that has so much time, if there is one at once. Throws where the call could not be answered in time. */
  tryEnter(leftMs: number): boolean {
    const mayBegin = this.#pace.mayBegin();
    this.#pace.note();
    if (this.#queue.size === 0 && this.running < this.#limit.current && mayBegin) {
      this.running += 1;
      return true;
    }
    const waitMs = this.#waitMs();
    const isHopeless =
      this.#queue.size < ALWAYS_QUEUED ? waitMs > leftMs : waitMs > this.#patienceMs(leftMs) * HOPE_SHARE;
    if (isHopeless || this.#queue.size >= this.options.maxQueued) throw overload(waitMs);
    return false;
  }

  /** Waits for a place. What it returns withdraws the call. */
  enqueue(leftMs: number, settle: Waiting['settle']): () => void {
    const waiting: Waiting = { settle, giveUpAtMs: this.options.stopwatch() + this.#patienceMs(leftMs) };
    this.#queue.add(waiting);
    return () => void this.#queue.delete(waiting);
  }

  /** A call has ended that ran for so long: its place is free. */
  leave(ranMs: number): void {
    this.running -= 1;
    this.#serviceMs = smoothed(this.#serviceMs, ranMs);
    if (this.#queue.size === 0) {
      this.#freedAtMs = undefined;
      return;
    }
    const nowMs = this.options.stopwatch();
    if (this.#freedAtMs !== undefined) {
      const intervalMs = nowMs - this.#freedAtMs;
      this.#intervalMs = this.#intervalMs === undefined ? intervalMs : smoothed(this.#intervalMs, intervalMs);
    }
    this.#freedAtMs = nowMs;
    this.#pace.note();
  }

  #patienceMs(leftMs: number): number {
    return Math.min(this.options.maxWaitMs, leftMs * WAITING_SHARE);
  }

  /**
   * How long a call that came now would wait: for the calls before it to begin, and, where there are not enough places for all of
   * them, for places to become free. Before that was ever observed, by Little's law: time over number at once.
   */
  #waitMs(): number {
    const queued = this.#queue.size;
    const limit = this.#limit.current;
    const intervalMs = this.#intervalMs ?? this.#serviceMs / limit;
    const withoutPlace = Math.max(0, queued + 1 - Math.max(0, limit - this.running));
    return this.#pace.delayMs() + queued * this.#beginMs + withoutPlace * intervalMs;
  }

  #turn(): void {
    const startedAtMs = this.options.stopwatch();
    let begun = 0;
    for (const waiting of this.#queue) {
      const isLate = waiting.giveUpAtMs <= this.options.stopwatch();
      if (!isLate && (this.running >= this.#limit.current || !this.#pace.mayBegin())) break;
      this.#queue.delete(waiting);
      if (isLate) {
        waiting.settle(overload(this.#waitMs()));
        continue;
      }
      this.#pace.note();
      this.running += 1;
      begun += 1;
      waiting.settle();
    }
    if (begun > 0) this.#beginMs = smoothed(this.#beginMs, (this.options.stopwatch() - startedAtMs) / begun);
    const isFull = this.#queue.size > 0 && this.running >= this.#limit.current;
    this.#limit.observe(this.options.stopwatch(), { turnMs: this.#pace.delayMs(), isFull });
    // Those that only wait for their turn are begun in the next one; those that wait for a place when one becomes free.
    if (this.#queue.size > 0 && this.running < this.#limit.current) this.#pace.note();
  }
}

function smoothed(knownMs: number, observedMs: number): number {
  const believedMs = Math.min(observedMs, Math.max(knownMs, LEAST_KNOWN_MS) * MOST_GROWTH);
  return knownMs + (believedMs - knownMs) * SMOOTHING;
}

function overload(waitMs: number): AppError {
  const retryAfterMs = Math.max(50, Math.ceil(waitMs));
  const message = `the server has more calls than it can answer in time: ask again in ${retryAfterMs} ms, or give the call more time`;
  // Thousands of these are made in a second, and each stack would be the same.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new AppError('exhausted.overload', message, { retryAfterMs });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
