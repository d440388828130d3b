import { isAppError } from '@attune/errors';
import { meter } from '@attune/telemetry';
import type { AcceptedInteraction } from './domain/interaction';

const { counter, histogram } = meter('attune.feature-store');

const answered = counter('attune.interactions.answered', {
  unit: '{interaction}',
  description: 'Interactions that were sent, by what became of them',
});
const applied = counter('attune.interactions.applied', {
  unit: '{interaction}',
  description: 'Interactions that consumers applied, by whether they were new',
});
const lateness = histogram('attune.interactions.visible_after', {
  unit: 'ms',
  description: 'From the acceptance of an interaction until its features are visible',
  boundaries: [10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000],
});
const changes = counter('attune.entities.applied', {
  unit: '{change}',
  description: 'Changes of users, items and follows that consumers applied, by whether they had an effect',
});
const missed = counter('attune.features.projection_missed', {
  unit: '{read}',
  description: 'Feature reads that went to PostgreSQL, by reason',
});
const rebuilt = counter('attune.features.projected', {
  unit: '{state}',
  description: 'Feature states that a rebuild of the projection wrote',
});
const refolded = counter('attune.features.refolded', {
  unit: '{state}',
  description: 'Feature states that were folded again because their schema changed',
});
const withoutRecent = counter('attune.interactions.recent_ids_unavailable', {
  unit: '{batch}',
  description: 'Batches that were accepted without looking for, or without remembering, recent event ids',
});
const erased = histogram('attune.erasures.duration', {
  unit: 'ms',
  description: 'From the request to forget a user until every service has sent its receipt and the log is clean',
  boundaries: [1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000],
});
const erasureFailures = counter('attune.erasures.failures', {
  unit: '{attempt}',
  description: 'Attempts to erase a user that ended early and are made again',
});
const flagged = counter('attune.interactions.flagged', {
  unit: '{interaction}',
  description: 'Accepted interactions of users who act faster than people do',
});
const quarantinesBegun = counter('attune.producers.quarantined', {
  unit: '{producer}',
  description: 'Producers that were put into quarantine because too many of their events were rejected',
});
const refusedInQuarantine = counter('attune.interactions.quarantined', {
  unit: '{interaction}',
  description: 'Interactions that were refused because their producer is in quarantine',
});
const anomalies = counter('attune.data_quality.anomalies', {
  unit: '{finding}',
  description: 'Measures of an hour of incoming data that were out of the ordinary, by measure',
});
const datasets = counter('attune.training_sets.rows', { unit: '{row}', description: 'Rows of finished training sets' });

/** A batch was answered. */
export function interactionsAnswered(counts: Readonly<Record<'accepted' | 'duplicate' | 'rejected', number>>): void {
  for (const [status, count] of Object.entries(counts)) if (count > 0) answered.add(count, { status });
}

/** A batch was applied and its features are visible. The oldest event of the batch waited longest. */
export function interactionsApplied(batch: readonly AcceptedInteraction[], newCount: number, now: Date): void {
  applied.add(newCount, { outcome: 'new' });
  if (newCount < batch.length) applied.add(batch.length - newCount, { outcome: 'seen_before' });
  const first = batch[0];
  if (first !== undefined) lateness.record(now.getTime() - first.acceptedAt.getTime());
}

/** A batch of entity changes was applied. */
export function entityChangesApplied(count: number, keptCount: number): void {
  changes.add(keptCount, { outcome: 'kept' });
  if (keptCount < count) changes.add(count - keptCount, { outcome: 'no_effect' });
}

/** A feature read could not use the projection. */
export function projectionMissed(reason: 'not_whole' | 'unavailable', error?: unknown): void {
  missed.add(1, { reason, code: isAppError(error) ? error.code : '' });
}

/** The projection was restored. */
export function projectionRebuilt(stateCount: number): void {
  rebuilt.add(stateCount);
}

/** The recent event ids could not be asked or told. */
export function recentIdsUnavailable(error: unknown): void {
  withoutRecent.add(1, { code: isAppError(error) ? error.code : 'unexpected' });
}

/** A training set was finished. */
export function trainingSetBuilt(rowCount: number): void {
  datasets.add(rowCount);
}

/** The states of a view were folded again from the start. */
export function viewRefolded(view: string, stateCount: number): void {
  refolded.add(stateCount, { view });
}

/** A user was erased everywhere. */
export function erasureDone(durationMs: number): void {
  erased.record(durationMs);
}

/** An erasure was cut off; it goes on a little later. */
export function erasureFailed(error: unknown): void {
  erasureFailures.add(1, { code: isAppError(error) ? error.code : 'unexpected' });
}

/** Interactions of a batch were flagged. */
export function interactionsFlagged(count: number): void {
  if (count > 0) flagged.add(count);
}

/** A producer was put into quarantine because of what it sent. */
export function producerQuarantined(): void {
  quarantinesBegun.add(1);
}

/** Interactions of a producer in quarantine were refused. */
export function interactionsQuarantined(count: number): void {
  refusedInQuarantine.add(count);
}

/** An hour was judged, and something was out of the ordinary. */
export function anomalyFound(measure: string): void {
  anomalies.add(1, { measure });
}

const historyRows = counter('attune.history.rows', {
  unit: '{row}',
  description: 'Rows of the history that were exported or loaded back, by table',
});
const historyDaysLeft = counter('attune.history.days_left', {
  unit: '{day}',
  description: 'Days of tables of the history that left the database',
});
const expired = counter('attune.retention.deleted', {
  unit: '{row}',
  description: 'Rows that were deleted because they were older than their table keeps them',
});

/** A day of a table of the history is in the archive. */
export function historyExported(table: string, rowCount: number): void {
  historyRows.add(rowCount, { table, direction: 'exported' });
}

/** A day of a table of the history was loaded back from the archive. */
export function historyRestored(table: string, rowCount: number): void {
  historyRows.add(rowCount, { table, direction: 'restored' });
}

/** A day of a table of the history left the database. */
export function historyLeft(table: string): void {
  historyDaysLeft.add(1, { table });
}

/** Old rows of a table are gone. */
export function oldRowsDeleted(table: string, count: number): void {
  if (count > 0) expired.add(count, { table });
}
