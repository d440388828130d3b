export { explainRow, type ModelQuestion } from './explain-row';
export type { Coalitions, SetFunction } from './set-function';
export { type ShapleyOptions, type ShapleyValues, shapleyValues } from './shapley-values';
