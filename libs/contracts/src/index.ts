export { ACCESS_RULES, type AccessRule, accessRuleOf, type Effect, type Role } from './access-rules';
export type {
  CallOptions,
  Client,
  Kind,
  MethodName,
  MethodShape,
  ParentCall,
  ServiceShape,
  Shape,
  ShapeOf,
} from './client/call-types';
export { type ClientOptions, type ConnectOptions, connect, createClient } from './client/client';
export {
  decodeFeatureTable,
  encodeFeatureTable,
  FEATURE_NOT_READ,
  FeatureTableError,
  type PlainFeatureTable,
} from './feature-table';
export * as bandit from './gen/attune/bandit/v1/bandit_service';
export * as common from './gen/attune/common/v1/common';
export * as embedding from './gen/attune/embedding/v1/embedding_service';
export * as events from './gen/attune/events/v1/events';
export * as experiment from './gen/attune/experiment/v1/experiment_service';
export * as featureStore from './gen/attune/feature_store/v1/feature_store_service';
export * as monitoring from './gen/attune/monitoring/v1/monitoring_service';
export * as otlp from './gen/attune/otlp/v1/otlp';
export * as serving from './gen/attune/serving/v1/serving_service';
export * as training from './gen/attune/training/v1/training_service';
export * as rpcDetails from './gen/google/rpc/error_details';
export * as rpcStatus from './gen/google/rpc/status';
export {
  INTERACTION_TYPES,
  type InteractionType,
  type InteractionTypeName,
  interactionType,
  type Polarity,
  strengthOf,
  type ValueRange,
} from './interaction-types';
export {
  DEAD_LETTER_RETENTION_HOURS,
  daysKept,
  LONGEST_TOPIC_DAYS,
  TABLE_RETENTION,
  type TableRetention,
  TOPIC_RETENTION_HOURS,
} from './retention';
export { SERVICES, type ServiceDefinitions, type ServiceName } from './services';
export { type ContextComponent, STRATEGY_CONTEXT } from './strategy-context';
export { TOPIC_CODECS, TOPICS, type Topic } from './topics';
export { cancelledError, deadlineError } from './wire/call-errors';
export { errorOf, statusOf } from './wire/error-mapping';
export { MAX_MESSAGE_BYTES, MESSAGE_SIZE_OPTIONS } from './wire/message-size';
export { CALLER_HEADER, headerOf, requestIdOf, trailersOf } from './wire/metadata';
