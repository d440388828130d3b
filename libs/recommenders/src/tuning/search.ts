import { isAppError, toAppError } from '@attune/errors';
import type { Estimate, MainMetric } from '@attune/evaluation';
import type { ModelDefinition } from '../model';
import { keyOf, type Proposal } from './proposals';

/** A trial gets this long where nothing has worked yet, however small the budget: without any result it was all for nothing. */
const FIRST_SECONDS = 120;

const TOO_LONG = 'took too long';

/** What a search asks of whoever trains: one model with settings, measured on the validation set. */
export interface TrialOrder {
  readonly model: string;
  readonly settings: Proposal;
  readonly timeoutMs: number;
}

/** What came of it. */
export interface TrialOutcome {
  /** The main metric on the validation set. */
  readonly value: Estimate;
  /** Training and measuring. */
  readonly seconds: number;
  /** [sampleUsers x itemCount]: standardized scores, where a blend may be wanted. */
  readonly sample?: Float32Array;
}

/** One trial as it is reported. */
export interface Tried {
  readonly model: string;
  /** What was asked; settings that are not named have their defaults. */
  readonly settings: Proposal;
  readonly seconds: number;
  readonly value?: Estimate;
  /** Why there is no value. */
  readonly problem?: string;
}

/** What a search needs. Time and the seed come from outside. */
export interface SearchContext {
  readonly main: MainMetric;
  readonly budgetSeconds: number;
  /** Seconds since the search began. */
  readonly elapsed: () => number;
  /** Of the settings that are drawn by lot. */
  readonly seed: number;
  readonly runTrial: (order: TrialOrder) => Promise<TrialOutcome>;
  readonly onTried?: (tried: Tried) => void;
  readonly signal?: AbortSignal;
}

/** A trial that worked. */
export interface Scored extends Tried {
  readonly value: Estimate;
  readonly sample?: Float32Array;
}

/** Keeps account of what was tried, and of the time. */
export class Trials {
  readonly tried: Tried[] = [];
  readonly #scored: Scored[] = [];
  readonly #keys = new Set<string>();
  readonly #context: SearchContext;

  constructor(context: SearchContext) {
    this.#context = context;
  }

  /** Those that worked, the best first. */
  get ranked(): readonly Scored[] {
    const sign = this.#context.main.isHigherBetter ? -1 : 1;
    return [...this.#scored].sort((a, b) => sign * (a.value.value - b.value.value));
  }

  /** The best of one model. */
  bestOf(model: string): Scored | undefined {
    return this.ranked.find((scored) => scored.model === model);
  }

  hasTried(model: string, settings: Proposal): boolean {
    return this.#keys.has(keyOf(model, settings));
  }

  /** Whether a trial of the model had to be ended because it took too long. */
  ranOutOfTime(model: string): boolean {
    return this.tried.some((tried) => tried.model === model && tried.problem === TOO_LONG);
  }

  /** Seconds that are left for trials when the best is trained once more afterwards. */
  secondsLeft(): number {
    const { budgetSeconds, elapsed } = this.#context;
    return budgetSeconds - elapsed() - 1.2 * (this.ranked[0]?.seconds ?? 0);
  }

  /** How often the trials since the best one have not been better. */
  get sinceBest(): number {
    const best = this.ranked[0];
    return best === undefined ? 0 : this.#scored.length - 1 - this.#scored.indexOf(best);
  }

  /**
   * Trains and measures, unless the same was tried before. A trial that fails or takes longer than `timeoutSeconds` is kept with its
   * reason and the search goes on; an abort ends it.
   */
  async run({ name }: Pick<ModelDefinition, 'name'>, settings: Proposal, timeoutSeconds: number): Promise<void> {
    if (this.hasTried(name, settings)) return;
    this.#keys.add(keyOf(name, settings));
    const { runTrial, elapsed, onTried, signal } = this.#context;
    const startedSeconds = elapsed();
    let tried: Tried;
    try {
      const isFirst = this.#scored.length === 0;
      const allowedSeconds = isFirst ? Math.max(FIRST_SECONDS, timeoutSeconds) : timeoutSeconds;
      const timeoutMs = Math.max(1, Math.ceil(allowedSeconds * 1_000));
      const { value, seconds, sample } = await runTrial({ model: name, settings, timeoutMs });
      const scored = { model: name, settings, seconds, value };
      if (Number.isFinite(value.value)) this.#scored.push({ ...scored, sample });
      tried = Number.isFinite(value.value) ? scored : { ...scored, problem: 'the metric is not a number' };
      this.#forgetSamples();
    } catch (error) {
      if (signal?.aborted) throw error;
      // with more time it may be worth another try
      if (isAppError(error, 'deadline')) this.#keys.delete(keyOf(name, settings));
      tried = { model: name, settings, seconds: elapsed() - startedSeconds, problem: problemOf(error) };
    }
    this.tried.push(tried);
    onTried?.(tried);
  }

  /** Samples are large: only that of each model's best is kept. */
  #forgetSamples(): void {
    const best = new Set([...new Set(this.#scored.map(({ model }) => model))].map((model) => this.bestOf(model)));
    this.#scored.forEach((scored, index) => {
      if (scored.sample !== undefined && !best.has(scored)) this.#scored[index] = { ...scored, sample: undefined };
    });
  }
}

function problemOf(error: unknown): string {
  if (isAppError(error, 'deadline')) return TOO_LONG;
  const { message, violations } = toAppError(error);
  return [message, ...violations.map(({ field, description }) => `${field}: ${description}`)].join('; ');
}
