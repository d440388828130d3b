export { findTrainingSet, type StoredTrainingSet, type TrainingSetKind } from './find-training-set';
export { readInteractionTable } from './read-interaction-table';
export { type ColumnNames, columnsOf, readParquet } from './read-parquet';
export { readTrainingSet, type TrainingSetFiles } from './read-training-set';
