import { BanditServiceService } from './gen/attune/bandit/v1/bandit_service';
import { EmbeddingServiceService } from './gen/attune/embedding/v1/embedding_service';
import { ExperimentServiceService } from './gen/attune/experiment/v1/experiment_service';
import { FeatureStoreServiceService } from './gen/attune/feature_store/v1/feature_store_service';
import { MonitoringServiceService } from './gen/attune/monitoring/v1/monitoring_service';
import { ServingServiceService } from './gen/attune/serving/v1/serving_service';
import { TrainingServiceService } from './gen/attune/training/v1/training_service';

/** The services of the fleet in the order in which they start: full gRPC name, usual port, definition. */
export const SERVICES = {
  'feature-store': {
    grpcName: 'attune.feature_store.v1.FeatureStoreService',
    usualPort: 7101,
    definition: FeatureStoreServiceService,
  },
  embedding: { grpcName: 'attune.embedding.v1.EmbeddingService', usualPort: 7102, definition: EmbeddingServiceService },
  training: { grpcName: 'attune.training.v1.TrainingService', usualPort: 7103, definition: TrainingServiceService },
  serving: { grpcName: 'attune.serving.v1.ServingService', usualPort: 7104, definition: ServingServiceService },
  bandit: { grpcName: 'attune.bandit.v1.BanditService', usualPort: 7105, definition: BanditServiceService },
  experiment: {
    grpcName: 'attune.experiment.v1.ExperimentService',
    usualPort: 7106,
    definition: ExperimentServiceService,
  },
  monitoring: {
    grpcName: 'attune.monitoring.v1.MonitoringService',
    usualPort: 7107,
    definition: MonitoringServiceService,
  },
} as const;

/** The name of a service, as in its folder, its settings and its logs. */
export type ServiceName = keyof typeof SERVICES;

/** The ts-proto definition of each service. */
export type ServiceDefinitions = { readonly [Name in ServiceName]: (typeof SERVICES)[Name]['definition'] };
