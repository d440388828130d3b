export { type BprData, type BprSgd, type BprState, type BprStep, openBprSgd } from './bpr-sgd';
export { buildCsr, type Csr, type SparseEntries, transposeCsr } from './csr';
export { DenseRows } from './dense-rows';
export { type DominantSubspace, type DominantSubspaceRequest, dominantSubspace } from './dominant-subspace';
export { type DotProducts, openDotProducts } from './dot-products';
export { type FoldIn, type FoldInExposures, openFoldIn } from './fold-in';
export {
  type IalsExposures,
  type IalsObjective,
  type IalsSettings,
  type IalsStart,
  MAX_RANK,
  rowRegularization,
} from './ials-settings';
export { type MfSgd, type MfSgdData, type MfSgdState, type MfSgdStep, openMfSgd } from './mf-sgd';
export { type NearestItemsRequest, nearestItems } from './nearest-items';
export { type NeighborRegression, type NeighborRegressionRequest, neighborRegression } from './neighbor-regression';
export { drawSome, randomOrder, shuffle } from './random-order';
export { easeWeights, type RidgeRequest, ridgeInverse } from './ridge-inverse';
export { seededNormal, seededUniform } from './seeded-normal';
export type { SparseOptimizer } from './sparse-optimizer';
export { openSparseTable, type RowGradients, type SparseTable } from './sparse-table';
export { type IalsFactors, type IalsIteration, type TrainIalsRequest, trainIals } from './train-ials';
export { userCovariance } from './user-covariance';
