import { banditSettings, startBandit } from '@attune/bandit';
import type { SettingsDefinition } from '@attune/config';
import type { ServiceName } from '@attune/contracts';
import { embeddingSettings, startEmbedding } from '@attune/embedding';
import { experimentSettings, startExperiment } from '@attune/experiment';
import { featureStoreSettings, startFeatureStore } from '@attune/feature-store';
import type { RunningService } from '@attune/kit';
import { monitoringSettings, startMonitoring } from '@attune/monitoring';
import { servingSettings, startServing } from '@attune/serving';
import { startTraining, trainingSettings } from '@attune/training';

/** How one service is started from its settings. */
interface Starter {
  readonly settings: SettingsDefinition;
  readonly start: (config: never) => Promise<RunningService>;
}

/** Every service of the fleet. */
export const STARTERS: Readonly<Record<ServiceName, Starter>> = {
  'feature-store': { settings: featureStoreSettings, start: (config) => startFeatureStore(config) },
  embedding: { settings: embeddingSettings, start: startEmbedding },
  training: { settings: trainingSettings, start: (config) => startTraining(config) },
  serving: { settings: servingSettings, start: (config) => startServing(config) },
  bandit: { settings: banditSettings, start: startBandit },
  experiment: { settings: experimentSettings, start: startExperiment },
  monitoring: { settings: monitoringSettings, start: startMonitoring },
};
