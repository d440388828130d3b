import { LRUCache } from 'lru-cache';
import type { ModelRef } from '../domain/decision';
import type { BorrowedModel, PastModels } from '../model-ports';
import type { Waiting } from '../ports';
import type { AsideModel, ModelHost } from './model-host';

/** People who explain look at several items of a slate, and then at another one. */
const KEPT_MS = 300_000;
/** Each holds a worker thread and its tables. */
const MOST = 2;

/** Versions that serve no more, loaded from the object store for whoever asks about the past, and kept for a few minutes. */
export class PastVersions implements PastModels, Disposable {
  readonly #opened = new LRUCache<string, Promise<AsideModel>>({
    max: MOST,
    ttl: KEPT_MS,
    ttlAutopurge: true,
    dispose: (opening) => void opening.then((model) => model.retire()).catch(() => undefined),
  });
  readonly #closing = new AbortController();

  constructor(private readonly host: Pick<ModelHost, 'openAside'>) {}

  async borrow(ref: ModelRef, { signal }: Waiting): Promise<BorrowedModel> {
    signal.throwIfAborted();
    const known = this.#opened.get(ref.digest);
    const opening = known ?? this.#open(ref);
    const model = await Promise.race([opening, untilAborted(signal)]);
    return model.borrow();
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#opened.clear();
  }

  /** Not with the signal of whoever came first: others wait for the same version. */
  #open(ref: ModelRef): Promise<AsideModel> {
    const opening = this.host.openAside(ref, { signal: this.#closing.signal });
    this.#opened.set(ref.digest, opening);
    opening.catch(() => this.#opened.delete(ref.digest));
    return opening;
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
