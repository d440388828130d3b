export { type AlsSettings, alsSettings } from './als/als-settings';
export { type RefitAlsRequest, type RefitFactors, refitAls } from './als/refit-als';
export { MODELS } from './catalogue';
export { ContentModel, type LikedItems } from './content/content-model';
export type { ContentReason } from './content/explain';
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
  Observed,
  OnProgress,
  PreviousModel,
  Task,
  TrainingData,
  Wants,
} from './model';
export { parseSettings } from './parse-settings';
export type { Dimension, SearchSpace } from './search-space';
export { blendSample, type LearnBlendRequest, type LearnedBlend, learnBlend } from './tuning/learn-blend';
export { runTrial, type TrialMember, type TrialRequest, type TrialResult } from './tuning/run-trial';
export type { Scored, SearchContext, TrialOrder, TrialOutcome, Tried } from './tuning/search';
export { type SearchedModels, type SearchModelsRequest, searchModels } from './tuning/search-models';
export { type TunedModel, type TuneModelRequest, tuneModel } from './tuning/tune-model';
export { type ValidationSplit, validationSplit } from './tuning/validation-split';
