import { AppError, toAppError } from '@attune/errors';
import type { ItemCatalog } from '../item-ports';
import type { Asker, BorrowedModel } from '../model-ports';
import { asHistory, asUser } from '../pipeline/ask-model';
import type { Clock, Waiting } from '../ports';
import type { ConsentReader, KeptUserReader } from '../user-ports';
import { forEachUser, type PlacedPair, type Prediction } from './prediction';

/** What scoring pairs needs. */
export interface PredictScoresParts {
  readonly users: Pick<KeptUserReader, 'kept'>;
  readonly consents: ConsentReader;
  readonly catalog: Pick<ItemCatalog, 'find'>;
  readonly clock: Clock;
}

/** Whoever is not known from the training goes by what they did since: that is less to go by. */
const BY_HISTORY = 0.5;
/** Stands for an item that nobody ever heard of. */
const UNKNOWN_ITEM = -1;

/** The scores of pairs on the scale of a model that ranks items; a problem for users and items that it does not know. */
export async function predictScores(
  model: BorrowedModel,
  parts: PredictScoresParts,
  pairs: readonly PlacedPair[],
  waiting: Waiting,
): Promise<Prediction[]> {
  const predictions = new Array<Prediction>(pairs.length);
  const fail = (own: readonly PlacedPair[], problem: AppError) => {
    for (const { place } of own) predictions[place] = { isThere: false, problem };
  };
  await forEachUser(pairs, async (userId, own) => {
    try {
      const asker = await askerFor(model, parts, userId, waiting);
      if (asker instanceof AppError) return fail(own, asker);
      const found = await scoreOwn(model, parts, { asker, own, userId }, waiting);
      own.forEach(({ place }, at) => {
        predictions[place] = found[at]!;
      });
    } catch (error) {
      waiting.signal.throwIfAborted();
      fail(own, toAppError(error));
    }
  });
  return predictions;
}

/** How a model is asked about a user, or why it is not. */
async function askerFor(
  model: BorrowedModel,
  { users, consents, clock }: PredictScoresParts,
  userId: string,
  waiting: Waiting,
): Promise<Asker | AppError> {
  if (model.kind === 'popularity') return { by: 'everybody' };
  const [{ personalization }, kept] = await Promise.all([
    consents.consentOf(userId, waiting),
    users.kept(userId, waiting),
  ]);
  if (personalization !== 'agreed') {
    return new AppError('failed_precondition.consent', 'the user did not agree to personalization');
  }
  const person = { request: { userId, nowMs: clock().getTime() }, user: kept };
  const byLikes = model.kind === 'content' || model.kind === 'item_item';
  const asker = byLikes ? asHistory(person) : asUser(model, person);
  return typeof asker === 'string' ? new AppError('not_found.user', `${model.ref.name}: ${asker}`) : asker;
}

async function scoreOwn(
  model: BorrowedModel,
  { catalog }: PredictScoresParts,
  { asker, own, userId }: { readonly asker: Asker; readonly own: readonly PlacedPair[]; readonly userId: string },
  waiting: Waiting,
): Promise<Prediction[]> {
  const numbers = own.map(({ itemId }) => catalog.find(itemId));
  const known = Int32Array.from(numbers.filter((item) => item !== UNKNOWN_ITEM));
  const scores = known.length === 0 ? new Float32Array(0) : await model.score(asker, known, waiting);
  const confidence = confidenceIn(model, asker, userId);
  let at = 0;
  return own.map(({ itemId }, row) => {
    const value = numbers[row] === UNKNOWN_ITEM ? Number.NaN : scores[at++]!;
    if (!Number.isNaN(value)) return { isThere: true, value, confidence, probabilities: {} };
    return { isThere: false, problem: whoIsUnknown(model, numbers[row]!, itemId) };
  });
}

function confidenceIn(model: BorrowedModel, asker: Asker, userId: string): number {
  const isTrained = asker.by === 'everybody' || asker.by === 'user' || model.vectorOfUser(userId) !== undefined;
  return isTrained ? 1 : BY_HISTORY;
}

/** A score is missing for the user, where the model knows the item, else for the item. */
function whoIsUnknown(model: BorrowedModel, item: number, itemId: string): AppError {
  const { name, version } = model.ref;
  if (item !== UNKNOWN_ITEM && model.vectorOfItem(item) !== undefined) {
    const message = `the user is not known to ${name} version ${version}; a training after the first interactions will know them`;
    return new AppError('not_found.user', message);
  }
  const message = `item "${itemId}" is not known to ${name} version ${version}; a training after its first interactions will know it`;
  return new AppError('not_found.item', message);
}
