import { AppError } from '@attune/errors';
import { type Csr, type IalsStart, seededNormal } from '@attune/kernels';
import type { Checkpoint, PreviousModel } from '../model';
import type { AlsSettings } from './als-settings';

/** What a checkpoint is of; one of other data or settings must not be taken up. */
interface CheckpointState {
  readonly of: string;
  readonly loss: number;
}

/** Names a training by what decides its numbers. */
export function fingerprint(settings: AlsSettings, users: Csr, itemCount: number): string {
  const { threads: _, ...deciding } = settings;
  return JSON.stringify({ ...deciding, userCount: users.rowCount, itemCount, entries: users.indices.length });
}

/** The checkpoint after an iteration: the items' vectors decide all that follows. */
export function checkpointOf(of: string, step: number, loss: number, itemFactors: Float32Array): Checkpoint {
  return { step, state: { of, loss } satisfies CheckpointState, tensors: { items: itemFactors } };
}

/** Where a training that was cut off goes on. */
export function resumeFrom(checkpoint: Checkpoint, of: string): { readonly start: IalsStart; readonly loss: number } {
  const state = checkpoint.state as CheckpointState;
  const factors = checkpoint.tensors.items;
  if (state.of !== of || factors === undefined) {
    throw new AppError(
      'failed_precondition.checkpoint_mismatch',
      'the checkpoint is of a training with other data or settings; delete it to begin anew',
    );
  }
  return { start: { side: 'items', factors, iterationsDone: checkpoint.step }, loss: state.loss };
}

/**
 * Users as an earlier version knew them, to solve the items from; users that are new to it begin at short random vectors, as in a
 * first training. Where each user has two selves, one below the other, both begin there. Undefined where that version's vectors have
 * another length.
 */
export function warmStart(
  previous: PreviousModel,
  { rank, initStd, seed }: AlsSettings,
  selves = 1,
): { readonly start: IalsStart; readonly knownUsers: number } | undefined {
  const table = previous.tensor('user_factors');
  const { userRows } = previous;
  const highest = userRows.reduce((a, b) => Math.max(a, b), -1);
  if (table === undefined || previous.settings.rank !== rank || table.length < (highest + 1) * rank) return undefined;
  const normal = seededNormal(seed);
  const factors = new Float32Array(userRows.length * rank);
  let knownUsers = 0;
  userRows.forEach((row, user) => {
    if (row >= 0) {
      knownUsers++;
      factors.set(table.subarray(row * rank, (row + 1) * rank), user * rank);
    } else {
      for (let c = user * rank; c < (user + 1) * rank; c++) factors[c] = (normal() * initStd) / Math.sqrt(rank);
    }
  });
  if (knownUsers === 0) return undefined;
  const all = new Float32Array(selves * factors.length);
  for (let self = 0; self < selves; self++) all.set(factors, self * factors.length);
  return { start: { side: 'users', factors: all }, knownUsers };
}
