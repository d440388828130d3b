import { setTimeout } from 'node:timers/promises';
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

/** Looks again and again at a model's alerts, and notes when by the fleet's clock each was there first, and was over. */
export class AlertWatch {
  readonly entries: TimelineEntry[] = [];
  readonly #seen = new Map<string, boolean>();
  readonly #over = new AbortController();
  readonly #looking: Promise<void>;

  readonly #fleet: VirtualFleet;
  readonly #model: string;
  readonly #now: () => Date;

  constructor(fleet: VirtualFleet, model: string, now: () => Date) {
    this.#fleet = fleet;
    this.#model = model;
    this.#now = now;
    this.#looking = this.#look();
  }

  async #look(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const request = { subject: `model:${this.#model}`, pageSize: 500 };
      const { alerts } = await this.#fleet.monitoring.listAlerts(monitoring.ListAlertsRequest.fromPartial(request));
      for (const alert of alerts) this.#note(alert);
      await setTimeout(LOOK_MS);
    }
  }

  #note({ alertId, kind, measure, segment, summary, likelyCause, resolvedAt }: monitoring.Alert): void {
    const name = `alert ${kind} (${measure}${segment === '' ? '' : `, ${segment}`})`;
    const isOver = resolvedAt !== undefined;
    if (!this.#seen.has(alertId)) {
      const cause = likelyCause === '' ? '' : `; likely cause: ${likelyCause}`;
      this.entries.push({ at: this.#now(), what: `${name}: ${summary}${cause}` });
    }
    if (isOver && this.#seen.get(alertId) !== true) this.entries.push({ at: this.#now(), what: `${name} is over` });
    this.#seen.set(alertId, isOver);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#looking;
  }
}

const LOOK_MS = 500;

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
