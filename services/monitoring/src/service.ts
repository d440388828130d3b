import { type RunningService, startService } from '@attune/kit';
import type { MonitoringConfig } from './config';

/**
 * Starts the monitoring service. Its contract stands and none of its RPCs is built yet: each answers UNIMPLEMENTED, while
 * health and reflection are real.
 */
export function startMonitoring(config: MonitoringConfig): Promise<RunningService> {
  return startService({ name: 'monitoring', settings: config, uses: [], compose: async () => ({ handlers: {} }) });
}
