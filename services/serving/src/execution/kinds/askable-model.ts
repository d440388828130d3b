import { AppError } from '@attune/errors';
import type { UserPrior } from '../../domain/live-vector';
import type { Asker, ModelAnswer, Spread } from '../../model-ports';
import type { Waiting } from '../../ports';

/** What a model can be asked on the event loop; it asks its workers where that takes long. Items are numbers of the catalog. */
export interface AskableModel {
  retrieve(asker: Asker, count: number, waiting: Waiting): Promise<ModelAnswer>;
  score(asker: Asker, items: Int32Array, waiting: Waiting): Promise<Float32Array>;
  predict?(features: Float32Array<ArrayBuffer>, waiting: Waiting): Promise<Float32Array>;
  spreadOf?(asker: Asker): Spread | undefined;
  vectorOfUser?(userId: string): Float32Array | undefined;
  vectorOfItem?(item: number): Float32Array | undefined;
  readonly userPrior?: UserPrior | undefined;
}

/** The answer about somebody or something of which the model never heard. */
export const UNKNOWN: ModelAnswer = { isKnown: false, items: new Int32Array(0), scores: new Float32Array(0) };

/** Scores of so many items of which nothing is known. */
export const noScores = (count: number) => new Float32Array(count).fill(Number.NaN);

/** Says that a kind of model has no answer to a sort of question. */
export function cannotAnswer(kind: string, what: string): AppError {
  return new AppError('unimplemented.question', `a model of the kind "${kind}" cannot be asked ${what}`);
}

/** The first `count` of a ranking without one item. */
export function withoutItem(
  { items, scores }: { readonly items: Int32Array; readonly scores: Float32Array },
  item: number,
  count: number,
): ModelAnswer {
  const at = items.indexOf(item);
  if (at < 0) return { isKnown: true, items: items.subarray(0, count), scores: scores.subarray(0, count) };
  const left = (values: Int32Array | Float32Array) => Array.from(values).toSpliced(at, 1).slice(0, count);
  return { isKnown: true, items: Int32Array.from(left(items)), scores: Float32Array.from(left(scores)) };
}
