import { daysKept } from '@attune/contracts';
import { keepDoing, type PlatformOf, type Stack } from '@attune/kit';
import type { FeatureStoreConfig } from './config';
import type { AgingTable, HistoryArchive } from './history-ports';
import { postgresHistoryArchive } from './storage/archive/postgres-history-archive';
import { postgresOldRows } from './storage/postgres-old-rows';
import { makeEnforceRetention } from './use-cases/enforce-retention';
import { makeMaintainHistory } from './use-cases/maintain-history';
import { makeRequireDays } from './use-cases/restore-history';

type HistoryPlatform = PlatformOf<'object-store', string>;

/** Opens the archive of the history, and what loads days back that somebody is about to read. */
export function openArchive({ clock, database, objectStore, privacy }: HistoryPlatform) {
  const archive = postgresHistoryArchive({ database, objects: objectStore, userKeyOf: privacy.userKeyOf });
  return { archive, requireDays: makeRequireDays({ archive, clock }) };
}

/** Starts what exports days that are over, and takes out of the database what is too old. */
export async function maintain(
  config: FeatureStoreConfig,
  { clock, database, logger }: HistoryPlatform,
  stack: Stack,
  archive: HistoryArchive,
): Promise<void> {
  const maintainHistory = makeMaintainHistory({
    ...{ archive, clock },
    keptDays: {
      interactions: config.historyDays,
      decisions: config.decisionDays,
      entity_changes: config.entityChangeDays === 0 ? undefined : config.entityChangeDays,
    },
    onStuck: ({ table, day }) =>
      logger.warn(
        { table, day },
        'a day of the history cannot leave: what is in the database is not what the archive has',
      ),
  });
  const enforceRetention = makeEnforceRetention({
    ...{ clock, oldRows: postgresOldRows(database) },
    tables: agingTables(config),
  });
  const onFailure = (err: unknown) =>
    logger.warn({ err }, 'the history could not be maintained; the next round goes on');
  const work = ({ signal }: { readonly signal: AbortSignal }) =>
    archive.lead(async () => {
      // One that fails does not keep the other from its turn.
      for (const one of [maintainHistory, enforceRetention]) {
        if (!signal.aborted) await one({ signal }).catch((error: unknown) => signal.aborted || onFailure(error));
      }
    });
  const everyMs = config.maintenanceMs;
  await stack.open('maintenance of the history', () => keepDoing({ everyMs, work, onFailure }));
}

/** The tables that lose old rows here; docs/retention.md says what takes them out of the others. */
export function agingTables({ knownEventDays }: FeatureStoreConfig): readonly AgingTable[] {
  return [
    { table: 'known_events', column: 'known_at', days: knownEventDays },
    { table: 'redriven_dead_letters', column: 'redriven_at', days: daysKept('redriven_dead_letters')! },
  ];
}
