import { type RunningService, startService } from '@attune/kit';
import type { BanditConfig } from './config';

/**
 * Starts the bandit service. Its contract stands and none of its RPCs is built yet: each answers UNIMPLEMENTED, while
 * health and reflection are real.
 */
export function startBandit(config: BanditConfig): Promise<RunningService> {
  return startService({ name: 'bandit', settings: config, uses: [], compose: async () => ({ handlers: {} }) });
}
