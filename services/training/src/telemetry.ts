import { meter } from '@attune/telemetry';

const runs = meter('attune.training').counter('attune.training.runs', {
  unit: '{run}',
  description: 'Training runs that ended, by model and how they ended',
});

/** A run has ended. */
export function runEnded(run: { readonly model: string; readonly state: string }): void {
  runs.add(1, { model: run.model, state: run.state });
}
