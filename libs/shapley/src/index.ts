export { explainRow, type ModelQuestion } from './explain-row';
export type { Coalitions, SetFunction } from './set-function';
export { type ShapleyOptions, shapleyValues } from './shapley-values';
export type { ShapleyValues } from './solution';
