import type { FieldViolation } from '@attune/errors';
import { type FeatureMatrix, readMatrix } from '../domain/feature-matrix';
import { type FeatureReading, featureNamed, readFeatures } from '../domain/feature-reading';
import type { PlacedFeature } from '../domain/feature-view';
import type { FeatureEntity } from '../domain/features/feature';
import { requireCount, requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { CallOptions, Clock } from '../ports';
import type { ReadStates } from './read-states';

/** For whom, of which items, and which features. */
export interface FeatureMatrixQuestion {
  /** Empty for features of items alone. */
  readonly userId: string;
  readonly itemIds: readonly string[];
  /** Of any type. */
  readonly userFeatureNames: readonly string[];
  /** The columns: numbers of an item, or of the user and an item. */
  readonly itemFeatureNames: readonly string[];
}

/** The features of the user, and a row per item in the order of the question. */
export interface FeatureMatrixAnswer extends FeatureMatrix {
  readonly userReadings: readonly FeatureReading[];
  readonly names: readonly string[];
  readonly rowCount: number;
  readonly readAt: Date;
}

interface Needs {
  readonly readStates: ReadStates;
  readonly clock: Clock;
}

const MAX_ITEMS = 1_000;
/** More than there are features. */
const MAX_NAMES = 200;

/** Reads what ranking needs: features of a user and of items for that user, by one read of states. */
export function makeGetFeatureMatrix({ readStates, clock }: Needs) {
  return async (question: FeatureMatrixQuestion, options: CallOptions = {}): Promise<FeatureMatrixAnswer> => {
    const { userId, itemIds } = question;
    const { ofUser, columns } = checked(question);
    const states = await readStates(
      {
        userIds: userId === '' ? [] : [userId],
        itemIds: [...new Set(itemIds)],
        withAuthors: columns.some(({ feature }) => feature.needsAuthor),
      },
      options,
    );
    const readAt = clock();
    const nowMs = readAt.getTime();
    const user = userId === '' ? {} : states.ofUser(userId);
    const matrix = readMatrix(columns, { user, itemIds, statesOf: states.ofItem, nowMs });
    const userReadings = readFeatures(ofUser, { states: user, itemId: '' }, nowMs);
    return { ...matrix, userReadings, names: question.itemFeatureNames, rowCount: itemIds.length, readAt };
  };
}

interface Checked {
  readonly ofUser: readonly PlacedFeature[];
  readonly columns: readonly PlacedFeature[];
}

function checked(question: FeatureMatrixQuestion): Checked {
  const { userId, itemIds, userFeatureNames, itemFeatureNames } = question;
  // Who asks for features of the user alone has no items.
  if (itemIds.length > 0 || userFeatureNames.length === 0) requireCount('item_ids', itemIds.length, MAX_ITEMS);
  requireNone([
    ...idViolations(userId, itemIds),
    ...nameViolations('user_feature_names', userFeatureNames, (found) => userProblem(found, userId)),
    ...nameViolations('item_feature_names', itemFeatureNames, (found) => columnProblem(found, userId)),
  ]);
  const found = (names: readonly string[]) => names.map((name) => featureNamed(name)!);
  return { ofUser: found(userFeatureNames), columns: found(itemFeatureNames) };
}

/** Each feature once: there are few of them, so that no question is too much work. */
function nameViolations(
  field: string,
  names: readonly string[],
  problemOf: (found: PlacedFeature | undefined) => string | undefined,
): FieldViolation[] {
  if (names.length > MAX_NAMES) return named(field, `must have at most ${MAX_NAMES} elements, not ${names.length}`);
  const before = new Set<string>();
  return names.flatMap((name, index) => {
    const problem = before.has(name) ? 'is named before' : problemOf(featureNamed(name));
    before.add(name);
    return named(`${field}[${index}]`, problem);
  });
}

function idViolations(userId: string, itemIds: readonly string[]): FieldViolation[] {
  const violations = userId === '' ? [] : named('user_id', idProblem(userId));
  for (let index = 0; index < itemIds.length; index++) {
    const description = idProblem(itemIds[index]!);
    if (description !== undefined) violations.push({ field: `item_ids[${index}]`, description });
  }
  return violations;
}

const named = (field: string, description: string | undefined): FieldViolation[] =>
  description === undefined ? [] : [{ field, description }];

const WHOSE: Readonly<Record<FeatureEntity, string>> = {
  user: 'a user',
  item: 'an item',
  user_item: 'a user and an item',
};

function userProblem(found: PlacedFeature | undefined, userId: string): string | undefined {
  if (found === undefined) return 'is not a feature; ListFeatures tells which there are';
  const { entity } = found.feature;
  if (entity !== 'user') return `is a feature of ${WHOSE[entity]}: name it in item_feature_names`;
  return userId === '' ? 'is a feature of a user: set user_id' : undefined;
}

function columnProblem(found: PlacedFeature | undefined, userId: string): string | undefined {
  if (found === undefined) return 'is not a feature; ListFeatures tells which there are';
  const { entity, valueType } = found.feature;
  if (entity === 'user') return 'is a feature of a user: name it in user_feature_names';
  if (valueType !== 'number') return `is ${TYPES[valueType]}, and columns are numbers; GetFeatures reads it`;
  return entity === 'user_item' && userId === '' ? 'is a feature of a user and an item: set user_id' : undefined;
}

const TYPES = { text: 'a text', numbers: 'a list of numbers', scored_names: 'a list of names' } as const;
