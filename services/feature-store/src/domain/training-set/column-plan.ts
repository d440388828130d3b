import type { PlacedFeature } from '../feature-view';
import { ACT_COLUMNS } from './acts';

/** The columns of numbers that every example has, in their order. */
const FIXED_NUMBERS = ['occurred_at', 'label', 'strength', 'served', ...ACT_COLUMNS] as const;

/** The columns of texts that every example has, in their order. */
const FIXED_TEXTS = ['user_key', 'item_id'] as const;

/** Where the values of a feature go. */
export interface FeatureColumns {
  readonly placed: PlacedFeature;
  readonly type: 'number' | 'text' | 'numbers' | 'json';
  /** The first of its columns among those of numbers, or its column among those of texts. */
  readonly column: number;
  /** How many columns it has: one per number of a list. */
  readonly width: number;
}

/** The columns of a set of labelled examples. */
export interface ColumnPlan {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  readonly features: readonly FeatureColumns[];
  /** The names of the columns of features as a reader sees them, in the order of the features. */
  readonly featureColumns: readonly string[];
}

/** Gives each feature its columns: lists of numbers have one per number, names with scores become a text of JSON. */
export function planColumns(selected: readonly PlacedFeature[]): ColumnPlan {
  const numbers: string[] = [...FIXED_NUMBERS];
  const texts: string[] = [...FIXED_TEXTS];
  const featureColumns: string[] = [];
  const features = selected.map((placed): FeatureColumns => {
    const { name, valueType, initial } = placed.feature;
    if (valueType === 'text' || valueType === 'scored_names') {
      featureColumns.push(name);
      return { placed, type: valueType === 'text' ? 'text' : 'json', column: texts.push(name) - 1, width: 1 };
    }
    // a list of numbers is the shares of what its slots count, so it has one number per slot
    const names = valueType === 'number' ? [name] : initial.map((_, index) => `${name}_${index}`);
    const column = numbers.length;
    numbers.push(...names);
    featureColumns.push(...names);
    return { placed, type: valueType, column, width: names.length };
  });
  return { numbers, texts, features, featureColumns };
}
