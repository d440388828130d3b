export { buildCsr, type Csr, type SparseEntries, transposeCsr } from './csr';
export { type FoldIn, openFoldIn } from './fold-in';
export { type IalsObjective, type IalsSettings, type IalsStart, MAX_RANK, rowRegularization } from './ials-settings';
export { seededNormal, seededUniform } from './seeded-normal';
export type { SparseOptimizer } from './sparse-optimizer';
export { openSparseTable, type RowGradients, type SparseTable } from './sparse-table';
export { type IalsFactors, type IalsIteration, type TrainIalsRequest, trainIals } from './train-ials';
