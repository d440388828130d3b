import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineSettings, loadSettings, platformSettings } from '@attune/config';
import type { Subscription } from '@attune/event-log';
import type { Platform } from '../src/platform';
import type { Stack } from '../src/stack';
import { type RunningService, startService } from '../src/start-service';

/** The settings of the service that these tests start. */
export const smallSettings = defineSettings({ ...platformSettings });

/** What a test adds to the service. */
export interface SmallServiceOptions {
  readonly overrides?: Partial<Platform>;
  readonly subscriptions?: readonly Subscription[];
  readonly ready?: () => Promise<void>;
  readonly livesWithout?: readonly ('redis' | 'postgres')[];
  readonly onCompose?: (platform: Platform, stack: Stack) => Promise<void> | void;
}

/** A folder with one migration, below the given folder. */
export function smallMigrations(folder: string): string {
  const directory = join(folder, 'migrations');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, '0001_acks.sql'), 'CREATE TABLE acks (id serial PRIMARY KEY, alert text NOT NULL);');
  return directory;
}

/**
 * A small service under monitoring's contract: a time series named `sleep:<marker>` holds its call in the database until it
 * is cancelled or its row `acks` names the marker; acknowledging an alert writes a row.
 */
export function startSmall(
  env: NodeJS.ProcessEnv,
  directory: string,
  { overrides, subscriptions, ready, livesWithout, onCompose }: SmallServiceOptions = {},
): Promise<RunningService> {
  return startService({
    name: 'monitoring',
    settings: loadSettings(smallSettings, env),
    migrations: directory,
    uses: ['redis'],
    livesWithout,
    overrides,
    compose: async (platform, stack) => {
      await onCompose?.(platform, stack);
      const { database, redis } = platform;
      return {
        subscriptions,
        ready,
        handlers: {
          getTimeSeries: async ({ metric }, { signal }) => {
            await redis.incr('calls');
            if (metric.startsWith('sleep:'))
              await database.query(sleepUntilAcknowledged(metric.slice(6)), [], { signal });
            return { points: [], unit: metric };
          },
          acknowledgeAlert: async ({ alertId }, { signal }) => {
            await database.query('INSERT INTO acks (alert) VALUES ($1)', [alertId], { signal });
            return { alert: undefined };
          },
        },
      };
    },
  });
}

function sleepUntilAcknowledged(marker: string): string {
  return `DO $$ BEGIN -- ${marker}
    WHILE NOT EXISTS (SELECT 1 FROM acks WHERE alert = '${marker}') LOOP PERFORM pg_sleep(0.01); END LOOP; END $$`;
}
