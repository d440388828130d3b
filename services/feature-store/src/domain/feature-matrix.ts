import { beginningsOf, type ItemStates, type Missing, NoValue, SubjectReader } from './feature-reading';
import { VIEWS } from './feature-registry';
import type { PlacedFeature } from './feature-view';
import type { StatesAtHand } from './features/feature';

/** Why a value is missing, as a number: the contracts' own, which a test holds equal. 0 stands for a value that is there. */
export const MISSING_CODES: Readonly<Record<Missing, number>> = {
  unknown_entity: 1,
  never_observed: 2,
  expired: 3,
  no_consent: 4,
};

/** Features that are numbers, of many items for one user. Rows are items. */
export interface FeatureMatrix {
  /** [items x columns], row by row; NaN where there is no value. */
  readonly values: Float64Array;
  /** [items x columns]: `MISSING_CODES`, 0 where there is a value. */
  readonly missing: Uint8Array;
  /** [items]: when the latest event reached the item, in milliseconds since 1970; NaN for never. */
  readonly updatedAtMs: Float64Array;
}

/** For whom, of which items, and as of when. */
export interface MatrixQuestion {
  readonly user: Pick<StatesAtHand, 'user' | 'userGraph'>;
  readonly itemIds: readonly string[];
  readonly statesOf: (itemId: string) => ItemStates;
  readonly nowMs: number;
}

const BEGINNINGS = beginningsOf(VIEWS);

/**
 * Reads features of items, and of the user with each of them, as `readFeatures` reads them one by one. What depends on the user
 * alone is done once, and nothing is made per value: a slate waits for hundreds of items with tens of columns. What is no finite
 * number counts as never observed.
 */
export function readMatrix(columns: readonly PlacedFeature[], question: MatrixQuestion): FeatureMatrix {
  const { user, itemIds, statesOf, nowMs } = question;
  const width = columns.length;
  const values = new Float64Array(itemIds.length * width);
  const missing = new Uint8Array(values.length);
  const updatedAtMs = new Float64Array(itemIds.length);
  const reader = new SubjectReader({ states: user, itemId: '' }, nowMs, BEGINNINGS);
  const prepared = columns.map((placed) => preparedFor(placed, question));
  let at = 0;
  for (let row = 0; row < itemIds.length; row++) {
    const itemId = itemIds[row]!;
    const states = statesOf(itemId);
    reader.turnTo(states, itemId);
    const observedAtMs = states.item?.observedAtMs ?? -1;
    updatedAtMs[row] = observedAtMs < 0 ? Number.NaN : observedAtMs;
    for (let column = 0; column < width; column++, at++) {
      const value = reader.valueOf(prepared[column]!);
      if (typeof value === 'number' && Number.isFinite(value)) {
        values[at] = value;
      } else {
        values[at] = Number.NaN;
        missing[at] = value instanceof NoValue ? MISSING_CODES[value.missing] : MISSING_CODES.never_observed;
      }
    }
  }
  return { values, missing, updatedAtMs };
}

function preparedFor(placed: PlacedFeature, { user, nowMs }: MatrixQuestion): PlacedFeature {
  const { feature } = placed;
  if (feature.forUser === undefined) return placed;
  return { ...placed, feature: { ...feature, value: feature.forUser(user, nowMs) } };
}
