import { monitoring, training } from '@attune/contracts';
import type { VirtualFleet } from './virtual-fleet.ts';

/** Something that the fleet did by itself, and when by its clock. */
export interface TimelineEntry {
  readonly at: Date;
  readonly what: string;
}

/** The names of the stages of a learning cycle, for people. */
const STAGE: Readonly<Partial<Record<training.LearningStage, string>>> = {
  [training.LearningStage.TRAINING]: 'training',
  [training.LearningStage.PROVING]: 'proving',
  [training.LearningStage.SHADOW]: 'shadow',
  [training.LearningStage.CANARY]: 'canary',
  [training.LearningStage.PROMOTED]: 'promoted',
  [training.LearningStage.REJECTED]: 'rejected',
  [training.LearningStage.FAILED]: 'failed',
};

/** Notes when by the fleet's clock each of a model's alerts was there first, and was over, whenever it is asked to look. */
export class AlertWatch {
  readonly entries: TimelineEntry[] = [];
  readonly #seen = new Map<string, boolean>();

  readonly #fleet: VirtualFleet;
  readonly #model: string;

  constructor(fleet: VirtualFleet, model: string) {
    this.#fleet = fleet;
    this.#model = model;
  }

  /** True where something is new. */
  async look(now: Date): Promise<boolean> {
    const known = this.entries.length;
    const request = { subject: `model:${this.#model}`, pageSize: 500 };
    const { alerts } = await this.#fleet.monitoring.listAlerts(monitoring.ListAlertsRequest.fromPartial(request));
    for (const alert of alerts) this.#note(alert, now);
    return this.entries.length > known;
  }

  #note({ alertId, kind, measure, segment, summary, likelyCause, resolvedAt }: monitoring.Alert, at: Date): void {
    const name = `alert ${kind} (${measure}${segment === '' ? '' : `, ${segment}`})`;
    const isOver = resolvedAt !== undefined;
    if (!this.#seen.has(alertId)) {
      const cause = likelyCause === '' ? '' : `; likely cause: ${likelyCause}`;
      this.entries.push({ at, what: `${name}: ${summary}${cause}` });
    }
    if (isOver && this.#seen.get(alertId) !== true) this.entries.push({ at, what: `${name} is over` });
    this.#seen.set(alertId, isOver);
  }
}

/** Whether a challenger of a model is being trained or proved: work that takes minutes of real life, and here no time at all. */
export async function isAtWork(fleet: VirtualFleet, model: string): Promise<boolean> {
  const request = training.ListLearningCyclesRequest.fromPartial({ model, pageSize: 1 });
  const { cycles } = await fleet.training.listLearningCycles(request);
  const stage = cycles[0]?.steps.at(-1)?.stage;
  return stage === training.LearningStage.TRAINING || stage === training.LearningStage.PROVING;
}

/** What the fleet says of one model: its learning cycles, and what went into production. */
export async function learningOf(fleet: VirtualFleet, model: string): Promise<readonly TimelineEntry[]> {
  const [{ cycles }, { changes }] = await Promise.all([
    fleet.training.listLearningCycles(training.ListLearningCyclesRequest.fromPartial({ model, pageSize: 500 })),
    fleet.training.getProductionHistory(training.GetProductionHistoryRequest.fromPartial({ model, pageSize: 500 })),
  ]);
  return [
    ...cycles.flatMap(cycleEntries),
    ...changes
      .filter(({ to }) => to === training.ModelStage.PRODUCTION)
      .map(({ at, ref, actor }) => ({ at: at!, what: `${model} v${ref?.version} is in production, by ${actor}` })),
  ];
}

function cycleEntries({ cycleId, steps }: training.LearningCycle): TimelineEntry[] {
  return steps.map(({ stage, at, reason }) => ({
    at: at!,
    what: `learning ${cycleId.slice(0, 8)}: ${STAGE[stage] ?? stage}: ${reason}`,
  }));
}
