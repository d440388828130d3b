export { type BuiltInteractions, buildInteractions, type InteractionRows } from './build-interactions';
export { type Column, parseColumns } from './columns';
export { IdIndex, IdSpace } from './id-space';
export {
  checkTable,
  type InteractionTable,
  keepRows,
  rowsByTime,
  type StrengthOf,
  strengthsOf,
  type TrainingSetTables,
} from './interaction-table';
export {
  checkInteractions,
  filterInteractions,
  type Ids,
  type Interactions,
  itemCounts,
  userOffsets,
} from './interactions';
export { openUnpacked } from './open-unpacked';
export { resolvePreferences, resolveRatings } from './preferences';
export { followsMatrix, type ReadFollows, readFollowsFile } from './read-follows';
export { type ReadInteractions, readInteractionFiles } from './read-interactions';
export { type ItemContent, type ReadItems, readItemsFile } from './read-items';
export { type Negatives, readNegativesFile } from './read-negatives';
export { type ReadSegments, readSegmentsFile } from './read-segments';
export type { FileReport, ReadInteractionsOptions } from './rows-of-file';
export { countShowings } from './showings';
export {
  type LeaveOutOptions,
  type SplitOptions,
  splitByTime,
  splitFolds,
  splitLeaveOut,
  splitPerUser,
  splitRandom,
} from './splits';
