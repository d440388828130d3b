import { isAppError } from '@attune/errors';
import type { LearnedFactorStore } from '../factor-ports';
import type { FactorOverlays, LoadedModel, ModelLoader } from '../model-ports';
import type { Waiting } from '../ports';

/** What following the factors needs. */
export interface FollowFactorsParts {
  readonly learned: Pick<LearnedFactorStore, 'itemsAfter'>;
  readonly loader: Pick<ModelLoader, 'loaded'>;
  readonly overlays: FactorOverlays;
  readonly logger: { warn(details: object, message: string): void };
}

/** Keeps the models of this process with what they learned since their training. */
export interface FactorFollower {
  /** Lays over every model what was learned since the last call. One at a time. */
  catchUp(waiting: Waiting): Promise<void>;
  /** Until when a version has learned, where it has since its training. */
  learnedTo(digest: string): Date | undefined;
}

interface Place {
  readonly loadedAtMs: number;
  readonly sequence: number;
  readonly learnedTo: Date | undefined;
  /** More does not fit over this version. */
  readonly isFull: boolean;
}

const ROWS_AT_ONCE = 1_000;

/**
 * Makes the use case. Of users nothing is laid over models: their vectors are read with what is kept of them, so that a replica holds
 * nobody who does not come.
 */
export function makeFollowFactors({ learned, loader, overlays, logger }: FollowFactorsParts): FactorFollower {
  const places = new Map<string, Place>();
  let running: Promise<void> = Promise.resolve();

  async function catchUpWith({ ref, loadedAt }: LoadedModel, { signal }: Waiting): Promise<void> {
    const { digest } = ref;
    const known = places.get(digest);
    const loadedAtMs = loadedAt.getTime();
    // a version that was loaded anew has nothing laid over it
    let place: Place =
      known?.loadedAtMs === loadedAtMs ? known : { loadedAtMs, sequence: 0, learnedTo: undefined, isFull: false };
    for (let isLast = false; !isLast && !signal.aborted; ) {
      const found = await learned.itemsAfter(digest, place.sequence, ROWS_AT_ONCE);
      const isFull = place.isFull || (found.rows.length > 0 && !(await lay(found.rows)));
      place = { ...place, sequence: found.sequence, learnedTo: found.learnedTo, isFull };
      places.set(digest, place);
      isLast = found.isLast;
    }

    async function lay(rows: Parameters<FactorOverlays['overlay']>[1]['items']): Promise<boolean> {
      try {
        await overlays.overlay(ref, { users: [], items: rows });
        return true;
      } catch (err) {
        // vectors that do not fit will not fit later; the model serves on as it is
        if (!isAppError(err, 'exhausted.factors') && !isAppError(err, 'invalid.factors')) throw err;
        logger.warn(
          { err, model: ref },
          'what was learned since the training does not fit over the model; train it again',
        );
        return !isAppError(err, 'exhausted.factors');
      }
    }
  }

  async function catchUpNow(waiting: Waiting): Promise<void> {
    const models = loader.loaded().filter(({ kind }) => kind === 'als');
    for (const digest of places.keys()) if (models.every(({ ref }) => ref.digest !== digest)) places.delete(digest);
    for (const model of models) await catchUpWith(model, waiting);
  }

  return {
    catchUp(waiting) {
      const next = running.then(() => catchUpNow(waiting));
      running = next.catch(() => undefined);
      return next;
    },
    learnedTo: (digest) => places.get(digest)?.learnedTo,
  };
}
