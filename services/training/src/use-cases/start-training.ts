import { checkTerms, type PromotionTerms } from '../domain/promotion-terms';
import type { TrainingRun } from '../domain/run';
import type { Trainer } from '../domain/trainer';
import { requireTrainer } from '../domain/trainers';
import type { Clock, RunQueue, RunStore } from '../ports';

/** What a caller asks for. */
export interface StartTraining {
  /** Asked for again under the same id, it is the same run; absent for a new one. */
  readonly runId?: string;
  readonly model: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly from?: Date;
  readonly to?: Date;
  readonly promote: boolean;
  readonly promotionTerms: PromotionTerms;
  readonly warmStart: boolean;
  readonly actor: string;
}

/** Queues a training run: the run is stored first, so that a queue that is lost can be filled again. */
export function makeStartTraining(ports: {
  readonly runs: RunStore;
  readonly queue: RunQueue;
  readonly clock: Clock;
  readonly newRunId: () => string;
  readonly trainers: ReadonlyMap<string, Trainer>;
}) {
  return async (request: StartTraining): Promise<TrainingRun> => {
    const trainer = requireTrainer(ports.trainers, request.model);
    const settings = trainer.parseSettings(request.settings);
    checkTerms(request.promotionTerms);
    const run = await ports.runs.create({
      runId: request.runId ?? ports.newRunId(),
      kind: 'training',
      model: trainer.name,
      state: 'queued',
      settings,
      ...(request.from === undefined ? {} : { from: request.from }),
      ...(request.to === undefined ? {} : { to: request.to }),
      promote: request.promote,
      promotionTerms: request.promotionTerms,
      promotion: '',
      promoted: false,
      warmStart: request.warmStart,
      actor: request.actor,
      fraction: 0,
      phase: 'waiting for a worker',
      metrics: {},
      attempt: 0,
      createdAt: ports.clock(),
    });
    await ports.queue.add(run.runId);
    return run;
  };
}
