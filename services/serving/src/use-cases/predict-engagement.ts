import { AppError, toAppError } from '@attune/errors';
import { engagementInputs, isOfItem, needsOf } from '../domain/engagement-inputs';
import type { BorrowedModel, FeatureReader, Waiting } from '../ports';
import { forEachUser, type PlacedPair, type Prediction, type PredictionPair } from './prediction';

const USUAL_LABEL = 'click';

/** Throws one `invalid.request` with every name that the model does not have, and every id that is missing for what is not given. */
export function checkFeatures({ features, ref }: BorrowedModel, pairs: readonly PredictionPair[]): void {
  const known = new Set(features);
  const violations = pairs.flatMap((pair, at) => {
    const names = [...pair.features.keys()].filter((name) => !known.has(name));
    const unknown = names.map((name) => ({
      field: `pairs[${at}].features["${name}"]`,
      description: `is no feature of ${ref.name} version ${ref.version}`,
    }));
    return [...unknown, ...missingIds(features, pair, at)];
  });
  const [first] = violations;
  if (first === undefined) return;
  const more = violations.length === 1 ? '' : ` (and ${violations.length - 1} more)`;
  throw new AppError('invalid.request', `${first.field} ${first.description}${more}`, { violations });
}

/** Whatever is read is read for an item; for a user too, unless only features of the item are. */
function missingIds(columns: readonly string[], { userId, itemId, features }: PredictionPair, at: number) {
  if (userId !== '' && itemId !== '') return [];
  const toRead = columns.filter((column) => !features.has(column));
  const isUserNeeded = toRead.some((column) => !isOfItem(column));
  const empty = (field: string, without: string) => ({
    field: `pairs[${at}].${field}`,
    description: `is empty: an id is required where ${without} is not given`,
  });
  return [
    ...(userId === '' && isUserNeeded
      ? [empty('user_id', `a feature of the user, such as "${toRead.find((column) => !isOfItem(column))}",`)]
      : []),
    ...(itemId === '' && toRead.length > 0 ? [empty('item_id', `a feature, such as "${toRead[0]}",`)] : []),
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
  const rows = new Float32Array(pairs.length * width).fill(Number.NaN);
  const problems = new Map<number, AppError>();
  const toRead = pairs.filter(({ features }) => features.size < width);
  if (toRead.length > 0) {
    await forEachUser(toRead, async (userId, own) => {
      try {
        const read = await readInputs(model.features, reader, { userId, own }, waiting);
        for (const [at, { place }] of own.entries())
          rows.set(read.subarray(at * width, (at + 1) * width), place * width);
      } catch (error) {
        for (const { place } of own) problems.set(place, toAppError(error));
      }
    });
    // A call without a single answer has failed itself, and its caller may have to send it again.
    if (problems.size === pairs.length) throw problems.values().next().value;
  }
  for (const { place, features } of pairs) {
    if (features.size > 0) for (const [name, value] of features) rows[place * width + columnOf(model, name)] = value;
  }
  const probabilities = await model.predict(rows, waiting);
  return pairs.map(({ place }) => {
    const problem = problems.get(place);
    if (problem !== undefined) return { isThere: false, problem };
    return predictionOf(model, rows.subarray(place * width, (place + 1) * width), probabilities, place);
  });
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

function columnOf({ features }: BorrowedModel, name: string): number {
  let columns = COLUMNS.get(features);
  if (columns === undefined) {
    columns = new Map(features.map((column, at) => [column, at]));
    COLUMNS.set(features, columns);
  }
  return columns.get(name)!;
}
