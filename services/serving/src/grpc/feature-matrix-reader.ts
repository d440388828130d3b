import { type Client, common, decodeFeatureTable, FeatureTableError, type featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import {
  emptyTable,
  type FeatureTable,
  joinTables,
  type ReadFeatures,
  type UserFeature,
} from '../domain/feature-table';
import type { FeatureQuestion, FeatureReader, Waiting } from '../ports';

/** As many items as the feature-store takes at once. */
const MAX_ITEMS = 1_000;
/** For whoever does not say until when the answer is of use. */
const DEADLINE_MS = 2_000;

type FeatureStore = Pick<Client<typeof featureStore.FeatureStoreServiceService>, 'getFeatureMatrix'>;

interface Needs {
  readonly featureStore: () => FeatureStore;
  /** Milliseconds since the process began. */
  readonly stopwatch: () => number;
}

/**
 * Reads features from the feature-store: one call per question. Questions of more than 1,000 items travel in several calls at once,
 * and the oldest of their moments is that of the whole.
 */
export class FeatureMatrixReader implements FeatureReader {
  readonly #needs: Needs;

  constructor(needs: Needs) {
    this.#needs = needs;
  }

  async read(question: FeatureQuestion, waiting: Waiting): Promise<ReadFeatures> {
    waiting.signal.throwIfAborted();
    const { itemIds, itemFeatures } = question;
    if (itemIds.length === 0 && question.userFeatures.length === 0)
      return { user: [], items: emptyTable(itemFeatures) };
    const [first, ...others] = partsOf(question);
    const [answer, ...more] = await Promise.all([first!, ...others].map((part) => this.#ask(part, waiting)));
    if (more.length === 0) return answer!;
    return { user: answer!.user, items: joinTables([answer!.items, ...more.map(({ items }) => items)]) };
  }

  async #ask(question: FeatureQuestion, { signal, deadlineAtMs }: Waiting): Promise<ReadFeatures> {
    const deadlineMs = deadlineAtMs === undefined ? DEADLINE_MS : Math.floor(deadlineAtMs - this.#needs.stopwatch());
    if (deadlineMs <= 0)
      throw new AppError('deadline.features', 'there is no time left in which features could be read');
    const { userId, itemIds, userFeatures, itemFeatures } = question;
    const request = {
      ...{ userId, itemIds: [...itemIds] },
      ...{ userFeatureNames: [...userFeatures], itemFeatureNames: [...itemFeatures] },
    };
    const answer = await this.#needs.featureStore().getFeatureMatrix(request, { signal, deadlineMs });
    return { user: answer.userFeatures.map(fromFeatureValue), items: tableOf(answer, question) };
  }
}

/** Questions of at most as many items as one call takes; the user's features are asked for once. */
function partsOf(question: FeatureQuestion): FeatureQuestion[] {
  const { itemIds } = question;
  const count = Math.max(1, Math.ceil(itemIds.length / MAX_ITEMS));
  return Array.from({ length: count }, (_, n) => ({
    ...question,
    itemIds: itemIds.slice(n * MAX_ITEMS, (n + 1) * MAX_ITEMS),
    userFeatures: n === 0 ? question.userFeatures : [],
  }));
}

/** The table of an answer; one that is not what was asked for must not be ranked by. */
function tableOf({ items }: featureStore.GetFeatureMatrixResponse, question: FeatureQuestion): FeatureTable {
  try {
    if (items === undefined) throw new FeatureTableError('there is no table');
    const table = decodeFeatureTable(items);
    const isAsked = (name: string, column: number) => name === question.itemFeatures[column];
    if (table.rowCount !== question.itemIds.length || table.names.length !== question.itemFeatures.length) {
      throw new FeatureTableError(`it has ${table.rowCount} rows and ${table.names.length} columns`);
    }
    if (!table.names.every(isAsked)) throw new FeatureTableError('its columns are not those that were asked for');
    return table;
  } catch (cause) {
    if (!(cause instanceof FeatureTableError)) throw cause;
    const message = `the feature-store answered with a table that cannot be used: ${cause.message}`;
    throw new AppError('internal.feature_table', message, { cause });
  }
}

/** A value as it travels, as it is worked with. */
export function fromFeatureValue({ name, value, updatedAt }: common.FeatureValue): UserFeature {
  const beside = { name, updatedAtMs: updatedAt?.getTime() };
  switch (value?.$case) {
    case 'number':
    case 'text':
      return { ...beside, value: value.value, missing: 0 };
    case 'numbers':
      return { ...beside, value: value.value.values, missing: 0 };
    case 'scoredNames':
      return { ...beside, value: value.value.entries, missing: 0 };
    case 'missing':
      return { ...beside, value: undefined, missing: value.value };
    default:
      // A kind of value that only later builds know.
      return { ...beside, value: undefined, missing: common.MissingReason.NEVER_OBSERVED };
  }
}
