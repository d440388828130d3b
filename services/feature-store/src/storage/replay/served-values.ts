import { common, decodeFeatureTable, events, FEATURE_NOT_READ, FeatureTableError } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type Missing, NoValue } from '../../domain/feature-reading';
import type { FeatureValue } from '../../domain/features/feature';
import type { ServedValues } from '../../domain/training-set/replay';

const { MissingReason } = common;

const MISSING: Readonly<Partial<Record<common.MissingReason, Missing>>> = {
  [MissingReason.UNKNOWN_ENTITY]: 'unknown_entity',
  [MissingReason.EXPIRED]: 'expired',
  [MissingReason.NO_CONSENT]: 'no_consent',
};

/** What one decision's record tells of features. */
export interface Served {
  readonly userId: string;
  /** The values that an item of the slate was decided with, those of the user among them; those of the user for other items. */
  valuesFor(itemId: string): ServedValues | undefined;
}

/** What the record of a decision tells of those features that are wanted. */
export function readServed(record: Uint8Array, isWanted: (name: string) => boolean): Served {
  const decision = events.DecisionRecord.decode(record);
  const ofUser = valuesOf(decision.userFeatures, isWanted);
  const ofItem = packedItems(decision, isWanted) ?? itemsOneByOne(decision, isWanted);
  return {
    userId: decision.userId,
    valuesFor: (itemId) => {
      const own = ofItem(itemId);
      if (own === undefined || own.length === 0) return ofUser.length === 0 ? undefined : new Map(ofUser);
      return new Map([...ofUser, ...own]);
    },
  };
}

type Values = readonly (readonly [name: string, value: FeatureValue | NoValue])[];
type ValuesOfItem = (itemId: string) => Values | undefined;

/**
 * The values of the slate from its table. Thousands of records are kept at hand, and a table has rows of many items that were not
 * shown: only what may be asked for is taken out of it. Undefined in records from before there were tables.
 */
function packedItems(decision: events.DecisionRecord, isWanted: (name: string) => boolean): ValuesOfItem | undefined {
  if (decision.itemFeatures === undefined) return undefined;
  const table = tableOf(decision.decisionId, decision.itemFeatures);
  const columns = table.names.flatMap((name, column) => (isWanted(name) ? [{ name, column }] : []));
  const shown = decision.slate.slice(0, table.rowCount).map(({ itemId }) => itemId);
  const rowOf = new Map(shown.map((itemId, row) => [itemId, row]));
  const taken = shown.flatMap((_, row) => columns.map(({ column }) => row * table.names.length + column));
  const values = Float64Array.from(taken, (at) => table.values[at]!);
  const missing = Uint8Array.from(taken, (at) => table.missing[at] ?? 0);
  return (itemId) => {
    const row = rowOf.get(itemId);
    if (row === undefined) return undefined;
    return columns.flatMap(({ name }, n) => {
      const at = row * columns.length + n;
      const reason = missing[at]!;
      // What nobody read is no value that was served: it is computed like that of any other item.
      if (reason === FEATURE_NOT_READ) return [];
      return [[name, reason === 0 ? values[at]! : noValue(reason)] as const];
    });
  };
}

/** The values of the slate where each item has its own. */
function itemsOneByOne({ slate }: events.DecisionRecord, isWanted: (name: string) => boolean): ValuesOfItem {
  const ofItems = new Map(slate.map(({ itemId, features }) => [itemId, valuesOf(features, isWanted)]));
  return (itemId) => ofItems.get(itemId);
}

function tableOf(decisionId: string, items: common.FeatureTable) {
  try {
    return decodeFeatureTable(items);
  } catch (cause) {
    if (!(cause instanceof FeatureTableError)) throw cause;
    const message = `the features of decision "${decisionId}" cannot be read: ${cause.message}`;
    throw new AppError('data_loss.decision', message, { cause });
  }
}

function valuesOf(features: readonly common.FeatureValue[], isWanted: (name: string) => boolean): Values {
  return features.filter(({ name }) => isWanted(name)).map(({ name, value }) => [name, servedValue(value)]);
}

function servedValue(value: common.FeatureValue['value']): FeatureValue | NoValue {
  switch (value?.$case) {
    case 'number':
      return value.value;
    case 'text':
      return value.value;
    case 'numbers':
      return value.value.values;
    case 'scoredNames':
      return value.value.entries;
    case 'missing':
      return noValue(value.value);
    default:
      return noValue(MissingReason.NEVER_OBSERVED);
  }
}

function noValue(reason: common.MissingReason): NoValue {
  return new NoValue(MISSING[reason] ?? 'never_observed');
}
