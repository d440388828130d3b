import { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type { ItemCatalog } from '../item-ports';
import type {
  BorrowedModel,
  FactorOverlays,
  FactorRows,
  LoadedModel,
  ModelKind,
  ModelLoader,
  ModelShelf,
  Placement,
  VersionRules,
} from '../model-ports';
import type { Clock, Waiting } from '../ports';
import { type AskableModel, cannotAnswer } from './kinds/askable-model';
import { EngagementModel } from './kinds/engagement-model';
import { FactorModel } from './kinds/factor-model';
import type { OverlayLimits } from './kinds/factor-overlay';
import { NeighborModel } from './kinds/neighbor-model';
import { NeuralCfModel } from './kinds/neural-cf-model';
import { PopularityModel } from './kinds/popularity-model';
import { LiveModel, type LiveModelLog, type StartWorker } from './live-model';
import { ModelWorkerProcess, type WorkerPatience } from './model-worker-process';
import { Shelf, type Shelved } from './shelf';

/** What the host of the models needs. */
export interface ModelHostOptions {
  readonly objectStoreUrl: string;
  readonly catalog: ItemCatalog;
  readonly workersPerModel: number;
  readonly patience: WorkerPatience;
  /** The keyed hash of a user: models know nobody by their id. */
  readonly userKeyOf: (userId: string) => string;
  readonly clock: Clock;
  readonly logger: LiveModelLog;
  readonly overlayLimits?: OverlayLimits;
  /** Throws why a version that was opened must not serve; absent where all may. */
  readonly check?: (ref: ModelRef, features: readonly string[], waiting: Waiting) => Promise<void>;
}

/** A version that serves nobody. */
export interface AsideModel {
  borrow(): BorrowedModel;
  /** Ends it when its last borrower is done. */
  retire(): void;
}

/** Ten thousand items are scored in a millisecond; a hundred thousand new users of rank 128 take 50 MB. */
const OVERLAY_LIMITS: OverlayLimits = { items: 10_000, newUsers: 100_000 };

/**
 * Holds the models that serve: versions in production, canaries and shadows, each with worker threads of its own. A version starts
 * beside the one before it and is swapped in whole once it is verified and warm; the old one ends when its last request is done.
 */
export class ModelHost implements ModelShelf, ModelLoader, FactorOverlays, Disposable {
  readonly #shelf = new Shelf();
  readonly #closing = new AbortController();

  constructor(private readonly options: ModelHostOptions) {}

  borrow(kind: ModelKind, userId: string, rules?: VersionRules): BorrowedModel | undefined {
    return lend(this.#shelf.serving(kind, () => this.options.userKeyOf(userId), rules));
  }

  hasVersion(kind: string, version: string): boolean {
    return this.#shelf.version(kind, version) !== undefined;
  }

  borrowVersion(name: string, version: string): BorrowedModel | undefined {
    return lend(this.#shelf.named(name, version));
  }

  shadows(kind: ModelKind): readonly BorrowedModel[] {
    return this.#shelf.shadows(kind).map((entry) => lend(entry)!);
  }

  async load(ref: ModelRef, placement: Placement, { signal }: Waiting): Promise<void> {
    const entry = this.#shelf.find(ref) ?? (await this.#openChecked(ref, signal));
    if (this.#closing.signal.aborted) {
      entry.live.retire();
      throw new AppError('cancelled.model_load', 'serving is shutting down');
    }
    for (const old of this.#shelf.place(entry, placement)) old.live.retire();
  }

  async #openChecked(ref: ModelRef, signal: AbortSignal) {
    const entry = await this.#open(ref, AbortSignal.any([signal, this.#closing.signal]));
    try {
      await this.options.check?.(ref, entry.live.facts.features, { signal });
      return entry;
    } catch (error) {
      entry.live.retire();
      throw error;
    }
  }

  /** Opens a version beside the shelf, with one worker, for questions about the past; its caller retires it. */
  async openAside(ref: ModelRef, { signal }: Waiting): Promise<AsideModel> {
    const entry = await this.#open(ref, AbortSignal.any([signal, this.#closing.signal]), 1);
    return { borrow: () => lend(entry)!, retire: () => entry.live.retire() };
  }

  unload(ref: ModelRef): boolean {
    const entry = this.#shelf.find(ref);
    if (entry === undefined) return false;
    this.#shelf.remove(entry);
    entry.live.retire();
    return true;
  }

  loaded(): readonly LoadedModel[] {
    return this.#shelf.all().map(({ live: { ref, facts, loadedAt, callCount }, kind, placement }) => ({
      ref,
      kind,
      ...placement,
      tableBytes: facts.tableBytes,
      loadedAt,
      itemCount: facts.itemCount,
      userCount: facts.userCount,
      callCount,
    }));
  }

  async overlay(ref: ModelRef, rows: FactorRows): Promise<boolean> {
    const entry = this.#shelf.find(ref);
    if (!(entry?.model instanceof FactorModel)) return false;
    await entry.model.overlay(rows);
    return true;
  }

  /** The version in production of a kind with its workers: for tests that end one. */
  live(kind: ModelKind): LiveModel | undefined {
    return this.#shelf.serving(kind, () => '')?.live;
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    for (const { live } of this.#shelf.all()) live.retire();
    for (const entry of this.#shelf.all()) this.#shelf.remove(entry);
  }

  async #open(ref: ModelRef, signal: AbortSignal, workers = this.options.workersPerModel): Promise<Shelved> {
    const { objectStoreUrl, patience, clock, logger, catalog } = this.options;
    const start: StartWorker = ({ tables, ...options }) =>
      ModelWorkerProcess.start({ objectStoreUrl, ref, ...(tables && { tables }) }, { patience, ...options });
    const live = await LiveModel.open({ ref, workers, start, catalog, clock, logger }, { signal });
    const { kind, note } = live.facts;
    if (note !== '') logger.warn({ model: ref }, note);
    return {
      live,
      model: await this.#askable(live),
      kind: kind as ModelKind,
      placement: { stage: 'shadow', canaryShare: 0 },
    };
  }

  async #askable(live: LiveModel): Promise<AskableModel> {
    const { userKeyOf, catalog, overlayLimits = OVERLAY_LIMITS } = this.options;
    const { tables, facts } = live;
    if (facts.kind === 'engagement') return EngagementModel.open(live);
    switch (tables.form) {
      case 'factors':
        return new FactorModel(live, tables, userKeyOf, catalog, overlayLimits);
      case 'popularity':
        return new PopularityModel(live, tables);
      case 'neighbors':
        return new NeighborModel(live, tables);
      case 'users':
        return new NeuralCfModel(live, tables, userKeyOf);
      default:
        return tables satisfies never;
    }
  }
}

function lend(entry: Shelved | undefined): BorrowedModel | undefined {
  if (entry === undefined) return undefined;
  const { live, model, kind, placement } = entry;
  const { facts } = live;
  live.borrow();
  const counted = <T>(answer: T): T => {
    live.callCount++;
    return answer;
  };
  return {
    ref: live.ref,
    kind,
    stage: placement.stage,
    itemCount: facts.itemCount,
    trainedAt: new Date(facts.trainedAtMs),
    features: facts.features,
    labels: facts.labels,
    retrieve: (asker, count, waiting) => counted(model.retrieve(asker, count, waiting)),
    score: (asker, items, waiting) => counted(model.score(asker, items, waiting)),
    predict: async (features, waiting) => {
      if (model.predict === undefined) throw cannotAnswer(kind, 'for probabilities by features');
      return counted(model.predict(features, waiting));
    },
    spreadOf: (asker) => model.spreadOf?.(asker),
    vectorOfUser: (userId) => model.vectorOfUser?.(userId),
    vectorOfItem: (item) => model.vectorOfItem?.(item),
    userPrior: model.userPrior,
    [Symbol.dispose]: once(() => live.giveBack()),
  };
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}
