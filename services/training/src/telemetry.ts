import { meter } from '@attune/telemetry';

const runs = meter('attune.training').counter('attune.training.runs', {
  unit: '{run}',
  description: 'Training runs that ended, by model and how they ended',
});

/** A run has ended. */
export function runEnded(run: { readonly model: string; readonly state: string }): void {
  runs.add(1, { model: run.model, state: run.state });
}

const updates = meter('attune.training').counter('attune.training.factor_updates', {
  unit: '{update}',
  description: 'Rounds in which factors were learned from new interactions, by where they stand',
});
const updatedInteractions = meter('attune.training').counter('attune.training.factor_update_interactions', {
  unit: '{interaction}',
  description: 'New interactions that rounds began with',
});
const updatedRows = meter('attune.training').counter('attune.training.factor_rows', {
  unit: '{row}',
  description: 'Factors that were learned and published, by side',
});

/** A round of learning has begun. */
export function factorUpdateStarted(interactionCount: number): void {
  updates.add(1, { state: 'queued' });
  updatedInteractions.add(interactionCount);
}

/** A round has published what it learned. */
export function factorsLearned(rows: { readonly users: number; readonly items: number }): void {
  updates.add(1, { state: 'published' });
  updatedRows.add(rows.users, { side: 'user' });
  updatedRows.add(rows.items, { side: 'item' });
}

/** A round has failed; what it was to learn waits for another one. */
export function factorUpdateFailed(): void {
  updates.add(1, { state: 'failed' });
}

const cycles = meter('attune.training').counter('attune.training.learning_cycles', {
  unit: '{cycle}',
  description: 'Stages that learning cycles entered, by model',
});

/** A learning cycle has entered a stage. */
export function learningMoved(cycle: { readonly model: string; readonly stage: string }): void {
  cycles.add(1, { model: cycle.model, stage: cycle.stage });
}
