import type { Logger } from '@attune/telemetry';

interface Step {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  readonly timeoutMs: number;
}

/** What a stack needs. */
export interface StackOptions {
  readonly logger: Logger;
  /** How long one step of the stop may take before the stop goes on without it; 10 s when not given. */
  readonly stepTimeoutMs?: number;
}

const DEFAULT_STEP_TIMEOUT_MS = 10_000;

/**
 * What a service has opened, in order; closing it closes everything in reverse. Every step has a name, is timed and is
 * logged. A step that fails or hangs is logged and does not keep the others from closing.
 */
export class Stack implements AsyncDisposable {
  readonly #steps: Step[] = [];
  readonly #logger: Logger;
  readonly #stepTimeoutMs: number;
  #closing: Promise<void> | undefined;

  constructor({ logger, stepTimeoutMs = DEFAULT_STEP_TIMEOUT_MS }: StackOptions) {
    this.#logger = logger;
    this.#stepTimeoutMs = stepTimeoutMs;
  }

  /** Opens something and remembers how to close it: by `close`, or by its own dispose method where none is given. */
  async open<T>(name: string, open: () => Promise<T> | T, close?: (opened: T) => Promise<void> | void): Promise<T> {
    const startedAt = performance.now();
    const opened = await open();
    const disposer = close === undefined ? disposerOf(opened) : () => close(opened);
    if (disposer !== undefined) this.defer(name, disposer);
    this.#logger.debug({ step: name, durationMs: since(startedAt) }, 'started');
    return opened;
  }

  /** Remembers something to do at the stop; a step that may take longer than others brings its own time-out. */
  defer(name: string, close: () => Promise<void> | void, timeoutMs: number = this.#stepTimeoutMs): void {
    this.#steps.push({ name, close, timeoutMs });
  }

  /** Closes everything in reverse, once; never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #closeAll(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) await this.#closeOne(step);
  }

  async #closeOne({ name, close, timeoutMs }: Step): Promise<void> {
    const startedAt = performance.now();
    try {
      await within(timeoutMs, async () => close());
      this.#logger.debug({ step: name, durationMs: since(startedAt) }, 'stopped');
    } catch (err) {
      this.#logger.error({ err, step: name, durationMs: since(startedAt) }, 'did not stop properly; going on');
    }
  }
}

function disposerOf(opened: unknown): (() => Promise<void> | void) | undefined {
  const disposable = opened as Partial<AsyncDisposable & Disposable> | null | undefined;
  if (typeof disposable?.[Symbol.asyncDispose] === 'function') return async () => disposable[Symbol.asyncDispose]!();
  if (typeof disposable?.[Symbol.dispose] === 'function') return () => disposable[Symbol.dispose]!();
  return undefined;
}

/** Waits for some work, but no longer than a time-out. */
export async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

const since = (startedAt: number) => Math.round(performance.now() - startedAt);
