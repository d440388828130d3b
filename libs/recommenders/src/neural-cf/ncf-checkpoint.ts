import { AppError } from '@attune/errors';
import type { Interactions } from '@attune/interactions';
import type { Checkpoint } from '../model';
import type { NcfSettings } from './ncf-settings';
import type { NcfTensors } from './ncf-stages';
import type { StageState } from './train-ncf';

/** Where a training with several stages is. */
export interface NcfProgress {
  /** What the stages before this one gave, in their order. */
  readonly done: readonly NcfTensors[];
  readonly state: StageState;
}

/** What a checkpoint is of, beside numbers. */
interface CheckpointState {
  readonly of: string;
  readonly stagesDone: number;
  readonly epochsDone: number;
  readonly loss: number;
  readonly best?: { readonly epoch: number; readonly ndcg: number };
}

/** Names a training by what decides its numbers. */
export function fingerprint(settings: NcfSettings, { userCount, itemCount, itemIndex }: Interactions): string {
  const { threads: _, ...deciding } = settings;
  return JSON.stringify({ ...deciding, userCount, itemCount, entries: itemIndex.length });
}

/** Tensors are named `<part>/<name>`: `0` and `1` for stages that are done, `now` for the one that runs, `best` for its best epoch. */
export function checkpointOf(of: string, step: number, { done, state }: NcfProgress): Checkpoint {
  const { epochsDone, loss, best, snapshot } = state;
  const parts = [...done.map((tensors, at) => [String(at), tensors] as const), ['now', snapshot] as const];
  if (best !== undefined) parts.push(['best', best.tensors]);
  const tensors = parts.flatMap(([part, named]) =>
    Object.entries(named).map(([name, values]) => [`${part}/${name}`, values] as const),
  );
  const about = {
    of,
    stagesDone: done.length,
    epochsDone,
    loss,
    ...(best && { best: { epoch: best.epoch, ndcg: best.ndcg } }),
  };
  return { step, state: about satisfies CheckpointState, tensors: Object.fromEntries(tensors) };
}

/** Where a training that was cut off goes on. */
export function progressOf({ state, tensors }: Checkpoint, of: string): NcfProgress {
  const about = state as CheckpointState;
  if (about.of !== of) {
    throw new AppError(
      'failed_precondition.checkpoint_mismatch',
      'the checkpoint is of a training with other data or settings; delete it to begin anew',
    );
  }
  const part = (prefix: string): NcfTensors =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(`${prefix}/`))
        .map(([name, values]) => [name.slice(prefix.length + 1), values]),
    );
  const { epochsDone, loss, best } = about;
  return {
    done: Array.from({ length: about.stagesDone }, (_, at) => part(String(at))),
    state: { epochsDone, loss, snapshot: part('now'), ...(best && { best: { ...best, tensors: part('best') } }) },
  };
}
