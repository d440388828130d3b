import type { DriftAlert, RetrainingFacts } from '../../domain/learning/decide-retraining';
import type { Trainer } from '../../domain/trainer';
import { requireTrainer } from '../../domain/trainers';
import type { Arrivals, LearningAlerts, LearningCycles } from '../../learning-ports';
import type { ModelRegistry } from '../../ports';

/** What gathering needs. */
export interface GatherFactsParts {
  readonly registry: Pick<ModelRegistry, 'summaries'>;
  readonly cycles: Pick<LearningCycles, 'newest'>;
  readonly alerts: Pick<LearningAlerts, 'known'>;
  readonly arrivals: Pick<Arrivals, 'counts'>;
  readonly trainers: ReadonlyMap<string, Trainer>;
}

/**
 * Kinds of alerts that say a model does not fit what happens any more. Skew between training and serving is none: it is a bug of a feature, and
 * learning from what it makes would hide it.
 */
const DRIFT: readonly string[] = [
  'feature_drift',
  'prediction_drift',
  'concept_drift',
  'calibration',
  'estimated_performance',
];

/** Makes the use case: what is known of one model, or of all that have a trainer, by name. */
export function makeGatherFacts(parts: GatherFactsParts) {
  return async function gatherFacts(model?: string): Promise<readonly RetrainingFacts[]> {
    const names = model === undefined ? [...parts.trainers.keys()] : [requireTrainer(parts.trainers, model).name];
    const [summaries, newest, told] = await Promise.all([
      parts.registry.summaries(),
      parts.cycles.newest(),
      parts.alerts.known(),
    ]);
    const byModel = new Map(summaries.map((summary) => [summary.model, summary]));
    return Promise.all(
      names.sort().map(async (name): Promise<RetrainingFacts> => {
        const production = byModel.get(name)?.production;
        const lastCycle = newest.get(name);
        const arrivals =
          production === undefined ? { since: 0, before: 0 } : await parts.arrivals.counts(production.trainedTo);
        const ofModel = told.filter(({ model, kind }) => model === name && DRIFT.includes(kind));
        // what began before the version was made may be the fault of the one before it, and is no reason to replace this one
        const alerts = ofModel.filter(
          ({ isOpen, version = '' }) => isOpen && (version === '' || version === String(production?.ref.version)),
        );
        // what is over is a shift all the same, as long as nothing that serves has learned from after it
        const shifts = ofModel.filter(
          ({ isOpen, startedAt }) => isOpen || (production !== undefined && startedAt > production.trainedTo),
        );
        return {
          ...{ model: name, alerts, arrivals, shiftedAt: firstStart(shifts) },
          ...(production && { production }),
          ...(lastCycle && { lastCycle }),
        };
      }),
    );
  };
}

/** Which values arrive says nothing of what people like; anything else may be a shift of taste, which one measure shows before others do. */
function firstStart(alerts: readonly DriftAlert[]): Date | undefined {
  const starts = alerts.filter(({ kind }) => kind !== 'feature_drift').map(({ startedAt }) => startedAt.getTime());
  return starts.length === 0 ? undefined : new Date(Math.min(...starts));
}
