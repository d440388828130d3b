import {
  AlertChanged,
  DataQualityAnomaly,
  DecisionMade,
  EntityChanged,
  ErasureDone,
  ErasureRequested,
  ExperimentChanged,
  FactorsUpdated,
  InteractionRecorded,
  ModelStageChanged,
  PolicyEvent,
  PredictionsMade,
  UnitExposed,
} from './gen/attune/events/v1/events';
import { TOPIC_RETENTION_HOURS } from './retention';

/** What a topic of the event log carries, who writes it and who reads it. */
export interface Topic {
  readonly name: string;
  /** The message of `attune.events.v1`. */
  readonly message: string;
  /** What the records are keyed by: order is kept per key. */
  readonly key: string;
  readonly producer: string;
  /** Each consumer reads in a group of its own, named like the service. */
  readonly consumers: readonly string[];
  /** How long records stay in the log. */
  readonly retentionHours: number;
}

/** Every topic of the fleet. docs/flows.md shows the same table; a test holds the two equal. */
export const TOPICS = {
  interactions: {
    name: 'interactions.v1',
    message: 'InteractionRecorded',
    key: 'user id',
    producer: 'feature-store',
    consumers: ['feature-store', 'serving', 'training', 'bandit', 'experiment', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.interactions,
  },
  entities: {
    name: 'entities.v1',
    message: 'EntityChanged',
    key: 'entity id',
    producer: 'feature-store',
    consumers: ['feature-store', 'serving', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.entities,
  },
  decisions: {
    name: 'decisions.v1',
    message: 'DecisionMade',
    key: 'user id',
    producer: 'serving',
    consumers: ['feature-store', 'experiment', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.decisions,
  },
  models: {
    name: 'models.v1',
    message: 'ModelStageChanged',
    key: 'model name',
    producer: 'training',
    consumers: ['serving', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.models,
  },
  factors: {
    name: 'factors.v1',
    message: 'FactorsUpdated',
    key: 'model name',
    producer: 'training',
    consumers: ['serving'],
    retentionHours: TOPIC_RETENTION_HOURS.factors,
  },
  erasures: {
    name: 'erasures.v1',
    message: 'ErasureRequested',
    key: 'user id',
    producer: 'feature-store',
    consumers: ['feature-store', 'serving', 'training', 'experiment', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.erasures,
  },
  erasureReceipts: {
    name: 'erasure-receipts.v1',
    message: 'ErasureDone',
    key: 'erasure id',
    producer: 'feature-store, serving, training, experiment, monitoring',
    consumers: ['feature-store'],
    retentionHours: TOPIC_RETENTION_HOURS.erasureReceipts,
  },
  policies: {
    name: 'policies.v1',
    message: 'PolicyEvent',
    key: 'policy',
    producer: 'bandit',
    consumers: ['bandit'],
    retentionHours: TOPIC_RETENTION_HOURS.policies,
  },
  experiments: {
    name: 'experiments.v1',
    message: 'ExperimentChanged',
    key: 'experiment id',
    producer: 'experiment',
    consumers: ['serving', 'monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.experiments,
  },
  exposures: {
    name: 'exposures.v1',
    message: 'UnitExposed',
    key: 'unit id',
    producer: 'experiment',
    consumers: ['experiment'],
    retentionHours: TOPIC_RETENTION_HOURS.exposures,
  },
  dataQuality: {
    name: 'data-quality.v1',
    message: 'DataQualityAnomaly',
    key: 'producer',
    producer: 'feature-store',
    consumers: ['monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.dataQuality,
  },
  alerts: {
    name: 'alerts.v1',
    message: 'AlertChanged',
    key: 'subject',
    producer: 'monitoring',
    consumers: ['training'],
    retentionHours: TOPIC_RETENTION_HOURS.alerts,
  },
  predictions: {
    name: 'predictions.v1',
    message: 'PredictionsMade',
    key: 'user id',
    producer: 'serving',
    consumers: ['monitoring'],
    retentionHours: TOPIC_RETENTION_HOURS.predictions,
  },
} as const satisfies Record<string, Topic>;

/** Encoder and decoder of each topic's message. */
export const TOPIC_CODECS = {
  interactions: InteractionRecorded,
  entities: EntityChanged,
  decisions: DecisionMade,
  models: ModelStageChanged,
  factors: FactorsUpdated,
  erasures: ErasureRequested,
  erasureReceipts: ErasureDone,
  policies: PolicyEvent,
  experiments: ExperimentChanged,
  exposures: UnitExposed,
  dataQuality: DataQualityAnomaly,
  alerts: AlertChanged,
  predictions: PredictionsMade,
} as const;
