import type { ChangeKind, Experiment, ExperimentChange } from '../domain/experiment';

/** A row of `experiments`. */
export interface ExperimentRow {
  readonly experiment: Experiment;
}

/** A row of `experiment_changes`. */
export interface ChangeRow {
  readonly sequence: number;
  readonly event_id: string;
  readonly changed_at: Date;
  readonly actor: string;
  readonly change: ChangeKind;
  readonly reason: string;
  readonly experiment: Experiment;
}

/** A change as the domain knows it. */
export function changeFromRow(row: ChangeRow): ExperimentChange {
  return {
    sequence: row.sequence,
    eventId: row.event_id,
    changedAt: row.changed_at,
    actor: row.actor,
    change: row.change,
    reason: row.reason,
    experiment: row.experiment,
  };
}
