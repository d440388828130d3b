import { LRUCache } from 'lru-cache';
import { direction, liveVector, type PlacedObservation, type UserPrior } from '../../domain/live-vector';
import { observationsFrom } from '../../domain/observations';
import { type BorrowedModel, type ModelShelf, NOTHING_TRIED } from '../../model-ports';
import type { Waiting } from '../../ports';
import type { KeptUser, KeptUserReader, UserVector } from '../../user-ports';
import type { Hydrator } from '../parts';

/** What the hydrator asks. */
export interface LiveVectorParts {
  readonly users: KeptUserReader;
  readonly models: Pick<ModelShelf, 'borrow'>;
}

/** Items whose direction is kept: two vectors each, some 10 MB at rank 128. */
const KEPT_DIRECTIONS = 10_000;

/** The model's part of what the vector is made of. */
type Space = Pick<BorrowedModel, 'ref' | 'trainedAt' | 'vectorOfUser' | 'vectorOfItem' | 'userPrior'>;

/**
 * Places the user in the space of the `als` model that serves them by what they did until now: the vector of the training, or of a later
 * update of the factors, moved by what came since. Nothing is stored, so that nothing can be applied twice, be left over from another
 * version, or outlive a hide or an erasure (docs/adr/0027-live-vectors-are-computed-when-asked.md).
 */
export function liveVectorHydrator({ users, models }: LiveVectorParts): Hydrator {
  const place = makePlaceUser();
  return {
    name: 'hydrators/live_vector',
    description:
      "moves the user's vector in the space of the model toward what the user liked until now, away from what was hidden",
    async hydrate({ userId, versions }, waiting) {
      const kept = await keptOf(users, userId, waiting);
      // The plan of the slate is from before anybody read what the user refuses; this is after.
      const rules = kept?.refused?.includes('experiments') ? NOTHING_TRIED : versions;
      using model = models.borrow('als', userId, rules);
      return { vector: kept === undefined || model === undefined ? undefined : place(userId, kept, model) };
    },
    fallback: () => ({
      state: { vector: undefined },
      message: 'the latest interactions do not move the personal ranking',
    }),
  };
}

/** Another hydrator says so where the user cannot be read. */
async function keptOf(users: KeptUserReader, userId: string, waiting: Waiting): Promise<KeptUser | undefined> {
  try {
    return await users.kept(userId, waiting);
  } catch {
    return users.lastKnown(userId);
  }
}

/** Makes the placement, which remembers directions of items, and of each reading of a user what came out. */
function makePlaceUser() {
  const directions = new LRUCache<string, { readonly item: Float32Array; readonly direction: Float32Array }>({
    max: KEPT_DIRECTIONS,
  });
  const placed = new WeakMap<KeptUser, { readonly digest: string; readonly vector: UserVector | undefined }>();

  function placeItem(prior: UserPrior, digest: string, item: number, vector: Float32Array) {
    const key = `${digest}:${item}`;
    const kept = directions.get(key);
    // an update of the factors may have moved the item meanwhile
    if (kept !== undefined && equal(kept.item, vector)) return kept;
    const made = { item: Float32Array.from(vector), direction: direction(prior, vector) };
    directions.set(key, made);
    return made;
  }

  function compute(userId: string, kept: KeptUser, model: Space): UserVector | undefined {
    const { ref, userPrior } = model;
    const { vector: start, learnedToMs } = startOf(userId, kept, model);
    const learned = kept.vector !== undefined && start === kept.vector.vector ? kept.vector : undefined;
    if (userPrior === undefined) return learned;
    const observations = observationsFrom(kept, learnedToMs).flatMap(({ item, ...rest }): PlacedObservation[] => {
      const vector = model.vectorOfItem(item);
      // what would not be shown anyway need not be turned down
      const isIdle = rest.target === 0 && (start === undefined || !(scoreOf(start, vector) > 0));
      return vector === undefined || isIdle ? [] : [{ ...rest, ...placeItem(userPrior, ref.digest, item, vector) }];
    });
    if (observations.length === 0) return learned;
    const vector = liveVector(userPrior, start, observations);
    return { digest: ref.digest, vector, learnedToMs: newestOf(kept, learnedToMs) };
  }

  return function placeUser(userId: string, kept: KeptUser, model: Space): UserVector | undefined {
    const known = placed.get(kept);
    if (known?.digest === model.ref.digest) return known.vector;
    const vector = compute(userId, kept, model);
    placed.set(kept, { digest: model.ref.digest, vector });
    return vector;
  };
}

/** Where the model has the user, and until when that knows what the user did. */
function startOf(
  userId: string,
  { vector, forgottenAt }: KeptUser,
  model: Space,
): { readonly vector: Float32Array | undefined; readonly learnedToMs: number } {
  const forgottenMs = forgottenAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const trainedMs = model.trainedAt.getTime();
  if (vector?.digest === model.ref.digest && vector.learnedToMs > Math.max(forgottenMs, trainedMs)) return vector;
  const trained = forgottenMs < trainedMs ? model.vectorOfUser(userId) : undefined;
  // of whom the model does not know nothing is learned yet
  return { vector: trained, learnedToMs: trained === undefined ? forgottenMs : trainedMs };
}

function newestOf({ recents, rejected }: KeptUser, otherwise: number): number {
  return Math.max(recents[0]?.atMs ?? otherwise, rejected[0]?.atMs ?? otherwise, otherwise);
}

function scoreOf(user: Float32Array, item: Float32Array | undefined): number {
  let score = 0;
  for (let c = 0; c < (item?.length ?? 0); c++) score += user[c]! * item![c]!;
  return score;
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
