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
