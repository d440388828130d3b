import { AppError } from '@attune/errors';
import type { ModelRef } from '../domain/decision';
import type { BorrowedModel, Clock, LoadedModel, ModelKind, ModelLoader, ModelShelf, Waiting } from '../ports';
import { LiveModel, type LiveModelLog } from './live-model';
import { ModelWorkerProcess, type WorkerPatience } from './model-worker-process';

/** What the host of the models needs. */
export interface ModelHostOptions {
  readonly objectStoreUrl: string;
  readonly workersPerModel: number;
  readonly patience: WorkerPatience;
  /** The keyed hash of a user: models know nobody by their id. */
  readonly userKeyOf: (userId: string) => string;
  readonly clock: Clock;
  readonly logger: LiveModelLog;
}

const KINDS: readonly string[] = ['als', 'popularity'] satisfies ModelKind[];

/**
 * Holds the models that serve, one per kind, each with worker threads of its own. A new version starts beside the old one
 * and is swapped in whole once it is verified and warm; the old one ends when its last request is done.
 */
export class ModelHost implements ModelShelf, ModelLoader, Disposable {
  readonly #serving = new Map<string, LiveModel>();
  #isClosed = false;

  constructor(private readonly options: ModelHostOptions) {}

  borrow(kind: ModelKind): BorrowedModel | undefined {
    const model = this.#serving.get(kind);
    if (model === undefined) return undefined;
    model.borrow();
    return {
      ref: model.ref,
      itemCount: model.facts.itemCount,
      trainedAt: new Date(model.facts.trainedAtMs),
      forUser: (userId, count, waiting) =>
        model.ask({ ask: 'for_user', key: this.options.userKeyOf(userId), count }, waiting),
      similarTo: (key, count, waiting) => model.ask({ ask: 'similar_to', key, count }, waiting),
      popular: (count, waiting) => model.popular(count, waiting),
      [Symbol.dispose]: once(() => model.giveBack()),
    };
  }

  async load(ref: ModelRef, waiting: Waiting): Promise<void> {
    const { objectStoreUrl, patience, workersPerModel, clock, logger } = this.options;
    const start = (within: Waiting) => ModelWorkerProcess.start({ objectStoreUrl, ref }, patience, within);
    const model = await LiveModel.open({ ref, workers: workersPerModel, start, clock, logger }, waiting);
    const { kind } = model.facts;
    if (this.#isClosed || !KINDS.includes(kind)) {
      model.retire();
      throw new AppError('failed_precondition.model_kind', `serving cannot use models of the kind "${kind}"`);
    }
    const old = this.#serving.get(kind);
    this.#serving.set(kind, model);
    old?.retire();
  }

  loaded(): readonly LoadedModel[] {
    return Array.from(this.#serving.values(), ({ ref, facts, loadedAt, callCount }) => ({
      ref,
      ...facts,
      loadedAt,
      callCount,
    }));
  }

  /** The models with their workers, by kind: for tests that end a worker. */
  live(kind: ModelKind): LiveModel | undefined {
    return this.#serving.get(kind);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const model of this.#serving.values()) model.retire();
    this.#serving.clear();
  }
}

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}
