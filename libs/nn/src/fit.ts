import { AppError } from '@attune/errors';
import { Best } from './fit-best';
import { type FitState, loadFit, saveFit } from './fit-checkpoint';
import { trainEpoch } from './fit-epoch';
import type { FitRequest } from './fit-request';
import { checkSchedule } from './schedules';

/** What a training came to. The net and its tables are those of `bestEpoch`. */
export interface FitResult {
  /** Epochs that were run, those before a resume included. */
  readonly epochs: number;
  /** Epochs up to the one that was kept: the best by the metric, or the last one where none is looked at. */
  readonly bestEpoch: number;
  /** The metric of the best epoch. */
  readonly bestMetric?: number;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
}

/**
 * Trains a net and its tables. With a checkpoint store it goes on where an earlier call was cut off, and comes to the same numbers,
 * bit by bit where the engine runs on one thread.
 */
export async function fitNet(request: FitRequest): Promise<FitResult> {
  check(request);
  const { epochs, earlyStopping, checkpoints, checkpointEvery = 1 } = request;
  const best = earlyStopping && new Best(request, earlyStopping);
  let state: FitState = { epochs: 0, steps: 0, losses: [] };
  const saved = await checkpoints?.load();
  if (saved !== undefined) state = await loadFit(saved, request, best);
  while (state.epochs < epochs && !best?.isOver(state.epochs)) {
    const { loss, steps, ...speed } = await trainEpoch(request, state);
    state = { epochs: state.epochs + 1, steps: state.steps + steps, losses: [...state.losses, loss] };
    const metric = await best?.look(state.epochs, request.signal);
    request.onProgress?.({ ...speed, epoch: state.epochs, epochs, steps, isEpochDone: true, loss, metric });
    const isLast = state.epochs === epochs || best?.isOver(state.epochs) === true;
    if (isLast || state.epochs % checkpointEvery === 0) await checkpoints?.save(await saveFit(state, request, best));
  }
  await best?.restore();
  const { losses } = state;
  return { epochs: state.epochs, bestEpoch: best?.epoch ?? state.epochs, bestMetric: best?.metric, losses };
}

function check({ epochs, schedule, earlyStopping, checkpointEvery = 1 }: FitRequest): void {
  checkSchedule(schedule);
  const isCount = (x: number) => Number.isInteger(x) && x > 0;
  if (!isCount(epochs) || !isCount(checkpointEvery) || !isCount(earlyStopping?.patience ?? 1)) {
    throw new AppError('invalid.settings', 'epochs, checkpointEvery and patience must be whole numbers above zero');
  }
}
