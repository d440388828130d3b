import { join } from 'node:path';
import { type RunningService, startService } from '@attune/kit';
import { composeAlerts } from './compose-alerts';
import { composeMeasurement } from './compose-measurement';
import { composeTraces } from './compose-traces';
import type { MonitoringConfig } from './config';
import type { OnRound } from './monitoring-part';
import type { Clock } from './ports';

/** What a test may put in place of the real thing. */
export interface MonitoringOverrides {
  readonly clock?: Clock;
  readonly onMeasure?: OnRound;
  readonly onDetect?: OnRound;
  readonly onAudit?: OnRound;
}

/** Starts the monitoring service: what is measured, what is found in it, and traces. */
export function startMonitoring(
  config: MonitoringConfig,
  overrides: MonitoringOverrides = {},
): Promise<RunningService> {
  return startService({
    name: 'monitoring',
    settings: config,
    migrations: join(__dirname, '..', 'migrations'),
    uses: ['event-log', 'redis', 'object-store'],
    overrides: overrides.clock === undefined ? {} : { clock: overrides.clock },
    compose: async (platform, stack) => {
      const { onMeasure, onDetect, onAudit } = overrides;
      const parts = { config, platform, stack, onMeasure, onDetect, onAudit };
      const composed = [await composeMeasurement(parts), await composeAlerts(parts), await composeTraces(parts)];
      return {
        handlers: Object.assign({}, ...composed.map(({ handlers }) => handlers)),
        subscriptions: composed.flatMap(({ subscriptions }) => subscriptions),
      };
    },
  });
}
