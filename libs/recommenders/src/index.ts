export { MODELS } from './catalogue';
export { ENGAGEMENT, type EngagementDefinition, type FitEngagementRequest } from './engagement/engagement';
export type { EngagementSettings } from './engagement/engagement-settings';
export type { FittedEngagement } from './engagement/fitted-engagement';
export { type Column, type LabelledExamples, SPLIT } from './engagement/labelled-examples';
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
export { runTrial, type TrialMember, type TrialRequest, type TrialResult } from './tuning/run-trial';
