import { type Candidate, mergeCandidates } from '../domain/candidate';
import type { DegradedStage, FilterOutcome, ModelRef, SourceOutcome } from '../domain/decision';
import type { ScorePart } from '../domain/surface';
import type { Waiting } from '../ports';
import type { AskedModel, Filter, Hydrator, Proposal, SlateRequest, Source, UserState } from './parts';
import { rankedLists, shortName } from './parts';
import { runStage, StageClock, type StageOutcome } from './run-stage';
import { nobodyKnown } from './user-state';

/** What is said of a source that answered the first time and failed when it was asked for more. */
const ONLY_THE_FIRST = 'it could not be asked for more, so the slate has only what it proposed first';
/** The most removed items that a decision record names per filter. */
const REMOVED_NAMED = 200;

/** How the whole request may run. */
export interface RunLimits {
  readonly signal: AbortSignal;
  /** What is left for the pipeline, in milliseconds, when it begins. */
  readonly budgetMs: number;
  /** `performance.now()`, or what stands for it. */
  readonly stopwatch: () => number;
}

/** One request on its way through the stages: what they answered so far, and what went wrong. */
export class SlateRun {
  readonly proposals = new Map<string, Proposal>();
  user: UserState = nobodyKnown();
  readonly #degraded = new Map<string, DegradedStage>();
  readonly #outcomes = new Map<string, SourceOutcome>();
  readonly #models = new Map<string, ModelRef>();
  readonly #partModels = new Map<ScorePart, string>();
  readonly #startedAt: number;

  #request: SlateRequest;

  constructor(
    request: SlateRequest,
    private readonly limits: RunLimits,
  ) {
    this.#request = request;
    this.#startedAt = limits.stopwatch();
  }

  get request(): SlateRequest {
    return this.#request;
  }

  /** Goes on with another request for the same: what the hydrators found out may change how the slate is to be made. */
  goOnWith(request: SlateRequest): void {
    this.#request = request;
  }

  get degraded(): readonly DegradedStage[] {
    return [...this.#degraded.values()];
  }

  get sourceOutcomes(): readonly SourceOutcome[] {
    return [...this.#outcomes.values()];
  }

  get elapsedMs(): number {
    return this.limits.stopwatch() - this.#startedAt;
  }

  /** Every model that took part. */
  get models(): readonly ModelRef[] {
    return [...this.#models.values()];
  }

  /** The model, by name, that said the scores of each part; parts without a model are left out. */
  get partModels(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#partModels);
  }

  /** What models were asked by the sources. */
  get askedModels(): readonly AskedModel[] {
    return Array.from(this.proposals.values(), ({ asked }) => asked).filter((asked) => asked !== undefined);
  }

  /** Notes that a model took part, and of one that scored, for which part. */
  useModel(ref: ModelRef | undefined, part?: ScorePart): void {
    if (ref === undefined) return;
    this.#models.set(`${ref.name} ${ref.version}`, ref);
    if (part !== undefined) this.#partModels.set(part, ref.name);
  }

  /** Notes that a stage could not do its work. The first thing said about a stage stands. */
  degrade(entry: DegradedStage): void {
    if (!this.#degraded.has(entry.stage)) this.#degraded.set(entry.stage, entry);
  }

  /** The time for stages that run beside each other: `share` of the whole time, or what is left if that is less. */
  clock(share: number): StageClock {
    const now = this.limits.stopwatch();
    const leftMs = this.limits.budgetMs - (now - this.#startedAt);
    const budgetMs = Math.min(leftMs, this.limits.budgetMs * share);
    return new StageClock({ signal: this.limits.signal, budgetMs, deadlineAtMs: now + budgetMs });
  }

  /** Runs a stage by itself in `share` of the whole time. */
  async stage<T>(name: string, share: number, run: (waiting: Waiting) => Promise<T>): Promise<StageOutcome<T>> {
    using clock = this.clock(share);
    return await runStage(name, clock, run);
  }

  /** Asks all hydrators at once; `share` is the part of the whole time that they may take. */
  async hydrate(hydrators: readonly Hydrator[], share: number): Promise<void> {
    using clock = this.clock(share);
    const parts = await Promise.all(
      hydrators.map(async (hydrator) => {
        const outcome = await runStage(hydrator.name, clock, (waiting) => hydrator.hydrate(this.request, waiting));
        if (outcome.isDone) return outcome.value;
        const { state, message } = hydrator.fallback(this.request);
        this.degrade({ ...outcome.degraded, message });
        return state;
      }),
    );
    this.user = Object.assign({}, this.user, ...parts);
  }

  /** Asks these sources at once. A source that was asked before keeps its old answer if it fails now. */
  async gather(asked: readonly AskedSource[], share: number): Promise<void> {
    using clock = this.clock(share);
    const answers = await Promise.all(
      asked.map(async ({ source, count }) => {
        const startedAt = this.limits.stopwatch();
        const outcome = await runStage(source.name, clock, (waiting) =>
          source.propose({ request: this.request, user: this.user, count }, waiting),
        );
        return { source, outcome, latencyMs: this.limits.stopwatch() - startedAt };
      }),
    );
    // Noted in the order of the sources, not of their answers: equal requests must give equal slates and records.
    for (const { source, outcome, latencyMs } of answers) {
      if (outcome.isDone) {
        this.proposals.set(source.name, outcome.value);
        this.useModel(outcome.value.model);
      }
      const message = this.proposals.has(source.name) ? ONLY_THE_FIRST : source.withoutIt;
      const degraded = outcome.isDone ? outcome.value.degraded : { ...outcome.degraded, message };
      if (degraded !== undefined) this.degrade({ stage: source.name, ...degraded });
      this.#note(source, latencyMs, outcome.isDone ? undefined : outcome.degraded.code);
    }
  }

  /** Notes sources that are not asked at all, and why. */
  leaveOut(sources: readonly Source[], note: string): void {
    for (const { name } of sources) {
      this.#outcomes.set(name, { source: shortName(name), candidateCount: 0, latencyMs: 0, note });
    }
  }

  /** Every candidate proposed so far that passes the filters, and what each filter removed. */
  sift(filters: readonly Filter[], idOf: (item: number) => string): Sifted {
    this.user.catchUp?.();
    const merged = mergeCandidates(rankedLists(this.proposals));
    const tests = filters.map((filter) => ({
      removes: filter.removes(this.request, this.user),
      removed: [] as number[],
    }));
    const active = tests.flatMap(({ removes, removed }) => (removes === undefined ? [] : [{ removes, removed }]));
    const kept: Candidate[] = [];
    // Hundreds of candidates pass through here for every slate, so plain loops.
    next: for (const candidate of merged) {
      for (const { removes, removed } of active) {
        if (!removes(candidate.item)) continue;
        removed.push(candidate.item);
        continue next;
      }
      kept.push(candidate);
    }
    const outcomes = filters.map(({ name }, index) => {
      const { removed } = tests[index]!;
      const removedItemIds = removed.slice(0, REMOVED_NAMED).map(idOf);
      return { filter: shortName(name), removedCount: removed.length, removedItemIds };
    });
    return { kept, outcomes, candidateCount: merged.length };
  }

  #note(source: Source, latencyMs: number, failure: string | undefined): void {
    const proposal = this.proposals.get(source.name);
    const earlier = this.#outcomes.get(source.name);
    this.#outcomes.set(source.name, {
      source: shortName(source.name),
      candidateCount: proposal?.items.length ?? 0,
      latencyMs: latencyMs + (earlier?.latencyMs ?? 0),
      note: proposal?.note ?? failure ?? '',
    });
  }
}

/** A source and how many candidates it is asked for. */
export interface AskedSource {
  readonly source: Source;
  readonly count: number;
}

/** What is left after the filters. */
export interface Sifted {
  readonly kept: readonly Candidate[];
  readonly outcomes: readonly FilterOutcome[];
  readonly candidateCount: number;
}
