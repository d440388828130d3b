export {
  checkInteractions,
  filterInteractions,
  type Ids,
  type Interactions,
  itemCounts,
  userOffsets,
} from './interactions';
