export { buildCsr, type Csr, type SparseEntries, transposeCsr } from './csr';
export { type FoldIn, openFoldIn } from './fold-in';
export { type IalsObjective, type IalsSettings, type IalsStart, MAX_RANK, rowRegularization } from './ials-settings';
export { seededNormal, seededUniform } from './seeded-normal';
export { type IalsFactors, type IalsIteration, type TrainIalsRequest, trainIals } from './train-ials';
