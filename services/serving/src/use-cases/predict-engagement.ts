import { AppError, type FieldViolation, toAppError } from '@attune/errors';
import { engagementInputs, isOfItem, needsOf } from '../domain/engagement-inputs';
import type { BorrowedModel } from '../model-ports';
import type { FeatureReader, Waiting } from '../ports';
import { forEachUser, type PlacedPair, type Prediction, type PredictionPair } from './prediction';

const USUAL_LABEL = 'click';

/**
 * What was given: [pairs x features], NaN where it was not. Throws one `invalid.request` with every name that the model does not have,
 * and every id that is missing for what is not given.
 */
function givenInputs(model: BorrowedModel, pairs: readonly PredictionPair[]): Float32Array<ArrayBuffer> {
  const columns = columnsOf(model);
  const width = model.features.length;
  const rows = new Float32Array(pairs.length * width).fill(Number.NaN);
  const violations: FieldViolation[] = [];
  for (const [at, { userId, itemId, features }] of pairs.entries()) {
    for (const name in features) {
      const column = columns.get(name);
      if (column !== undefined) rows[at * width + column] = features[name]!;
      else violations.push({ field: `pairs[${at}].features["${name}"]`, description: unknownTo(model) });
    }
    if (userId !== '' && itemId !== '') continue;
    const toRead = model.features.filter((_, column) => Number.isNaN(rows[at * width + column]!));
    violations.push(...missingIds({ userId, itemId, toRead, at }));
  }
  const [first] = violations;
  if (first === undefined) return rows;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.request', `${first.field} ${first.description}${more}`, { violations });
}

const unknownTo = ({ ref }: BorrowedModel) => `is no feature of ${ref.name} version ${ref.version}`;

interface IdsOfPair {
  readonly userId: string;
  readonly itemId: string;
  readonly toRead: readonly string[];
  readonly at: number;
}

/** Whatever is read is read for an item; for a user too, unless only features of the item are. */
function missingIds({ userId, itemId, toRead, at }: IdsOfPair): FieldViolation[] {
  const ofUser = toRead.find((column) => !isOfItem(column));
  const empty = (field: string, column: string) => ({
    field: `pairs[${at}].${field}`,
    description: `is empty: an id is required where a feature, such as "${column}", is not given`,
  });
  return [
    ...(userId === '' && ofUser !== undefined ? [empty('user_id', ofUser)] : []),
    ...(itemId === '' && toRead.length > 0 ? [empty('item_id', toRead[0]!)] : []),
  ];
}

/**
 * Probabilities for pairs by features: those that are given, and for the others what the feature-store knows, read once per user. The
 * model is asked once for all of them.
 */
export async function predictEngagement(
  model: BorrowedModel,
  reader: FeatureReader,
  pairs: readonly PlacedPair[],
  waiting: Waiting,
): Promise<Prediction[]> {
  const width = model.features.length;
  const rows = givenInputs(model, pairs);
  const rowOf = (place: number) => rows.subarray(place * width, (place + 1) * width);
  const toRead = pairs.filter(({ place }) => rowOf(place).some(Number.isNaN));
  const problems = toRead.length === 0 ? NONE : await fillIn(model, reader, { toRead, rowOf }, waiting);
  // A call without a single answer has failed itself, and its caller may have to send it again.
  if (problems.size === pairs.length) throw problems.values().next().value;
  const probabilities = await model.predict(rows, waiting);
  return pairs.map(({ place }) => {
    const problem = problems.get(place);
    if (problem !== undefined) return { isThere: false, problem };
    return predictionOf(model, rowOf(place), probabilities, place);
  });
}

const NONE: ReadonlyMap<number, AppError> = new Map();

/** Reads what was not given into its place; returns why that could not be, by the places of the pairs. */
async function fillIn(
  model: BorrowedModel,
  reader: FeatureReader,
  { toRead, rowOf }: { readonly toRead: readonly PlacedPair[]; readonly rowOf: (place: number) => Float32Array },
  waiting: Waiting,
): Promise<ReadonlyMap<number, AppError>> {
  const problems = new Map<number, AppError>();
  const width = model.features.length;
  await forEachUser(toRead, async (userId, own) => {
    try {
      const read = await readInputs(model.features, reader, { userId, own }, waiting);
      for (const [at, { place }] of own.entries()) {
        const row = rowOf(place);
        for (let column = 0; column < width; column++) {
          if (Number.isNaN(row[column]!)) row[column] = read[at * width + column]!;
        }
      }
    } catch (error) {
      waiting.signal.throwIfAborted();
      for (const { place } of own) problems.set(place, toAppError(error));
    }
  });
  return problems;
}

async function readInputs(
  columns: readonly string[],
  reader: FeatureReader,
  { userId, own }: { readonly userId: string; readonly own: readonly PlacedPair[] },
  waiting: Waiting,
): Promise<Float32Array> {
  const needs = needsOf(columns);
  const question = {
    userId,
    itemIds: own.map(({ itemId }) => itemId),
    userFeatures: userId === '' ? [] : needs.user,
    itemFeatures: userId === '' ? needs.item.filter(isOfItem) : needs.item,
  };
  const { user, items } = await reader.read(question, waiting);
  return engagementInputs(columns, user, items);
}

function predictionOf(model: BorrowedModel, row: Float32Array, all: Float32Array, place: number): Prediction {
  const { labels } = model;
  const probabilities: Record<string, number> = {};
  for (let at = 0; at < labels.length; at++) probabilities[labels[at]!] = all[place * labels.length + at]!;
  let known = 0;
  for (let at = 0; at < row.length; at++) if (!Number.isNaN(row[at]!)) known++;
  const value = probabilities[USUAL_LABEL] ?? probabilities[labels[0]!]!;
  return { isThere: true, value, confidence: known / row.length, probabilities };
}

// A model has one list of columns for as long as it lives.
const COLUMNS = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

/** The place of each column by its name. */
function columnsOf({ features }: BorrowedModel): ReadonlyMap<string, number> {
  let columns = COLUMNS.get(features);
  if (columns === undefined) {
    columns = new Map(features.map((column, at) => [column, at]));
    COLUMNS.set(features, columns);
  }
  return columns;
}
