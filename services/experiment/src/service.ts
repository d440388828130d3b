import { type RunningService, startService } from '@attune/kit';
import type { ExperimentConfig } from './config';

/**
 * Starts the experiment service. Its contract stands and none of its RPCs is built yet: each answers UNIMPLEMENTED, while
 * health and reflection are real.
 */
export function startExperiment(config: ExperimentConfig): Promise<RunningService> {
  return startService({ name: 'experiment', settings: config, uses: [], compose: async () => ({ handlers: {} }) });
}
