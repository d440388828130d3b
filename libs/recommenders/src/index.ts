export { MODELS } from './catalogue';
export type {
  Checkpoint,
  CheckpointStore,
  FitRequest,
  FittedModel,
  ItemContent,
  ModelDefinition,
  Need,
  OnProgress,
  PreviousModel,
  Task,
  TrainingData,
} from './model';
export { parseSettings } from './parse-settings';
export type { Dimension, SearchSpace } from './search-space';
