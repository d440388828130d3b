import { AppError } from '@attune/errors';
import type { MfSgd, MfSgdState } from '@attune/kernels';
import type { Checkpoint } from '../model';
import { type Column, type Dimension, onesColumn } from './column';
import type { MfSettings } from './mf-settings';
import type { RatingData } from './rating-data';
import type { Posterior } from './refinement';

type Prior = Pick<Column, 'ownMean' | 'ownPrecision' | 'implicitPrecision'>;

/** What a checkpoint is of and, in the refinement, what its tensors do not hold. */
interface CheckpointState {
  readonly of: string;
  readonly phase: 'descent' | 'refinement';
  readonly noisePrecision?: number;
  /** By dimension; null where a side is fixed. */
  readonly priors?: readonly { readonly users: Prior | null; readonly items: Prior | null }[];
}

const PARTS = ['own', 'ownVariance', 'implicit', 'implicitVariance'] as const;

/** Names a training by what decides its numbers. */
export function fingerprint(settings: MfSettings, { users, items, standardized }: RatingData): string {
  return JSON.stringify({ ...settings, users: users.rowCount, items: items.rowCount, ratings: standardized.length });
}

/** The checkpoint after a pass of the descent. */
export function descentCheckpoint(of: string, step: number, state: MfSgdState): Checkpoint {
  return { step, state: { of, phase: 'descent' } satisfies CheckpointState, tensors: { ...state } };
}

/** The checkpoint after a sweep of the refinement. */
export function refinementCheckpoint(of: string, step: number, posterior: Posterior): Checkpoint {
  const tensors: Record<string, Float32Array> = {};
  const keep = (column: Column, name: string): Prior | null => {
    if (column.isFixed) return null;
    for (const part of PARTS) tensors[`${name}.${part}`] = column[part];
    const { ownMean, ownPrecision, implicitPrecision } = column;
    return { ownMean, ownPrecision, implicitPrecision };
  };
  const priors = posterior.dimensions.map(({ users, items }, k) => ({
    users: keep(users, `${k}.users`),
    items: keep(items, `${k}.items`),
  }));
  const state: CheckpointState = { of, phase: 'refinement', noisePrecision: posterior.noisePrecision, priors };
  return { step, state, tensors };
}

/** Where a training that was cut off goes on: writes into the descent, or gives the posterior. */
export function resume(
  checkpoint: Checkpoint,
  of: string,
  sgd: MfSgd,
  { users, items }: RatingData,
): { readonly iterations: number; readonly posterior?: Posterior; readonly refinements: number } {
  const state = checkpoint.state as CheckpointState;
  if (state.of !== of) throw mismatch();
  const { tensors, step } = checkpoint;
  if (state.phase === 'descent') {
    for (const [name, target] of Object.entries(sgd.state)) target.set(tensors[name] ?? []);
    return { iterations: step, refinements: 0 };
  }
  const columnOf = (prior: Prior | null, name: string, rowCount: number): Column => {
    if (prior === null) return onesColumn(rowCount);
    const [own, ownVariance, implicit, implicitVariance] = PARTS.map((part) => tensors[`${name}.${part}`]);
    if (own === undefined || ownVariance === undefined || implicit === undefined || implicitVariance === undefined) {
      throw mismatch();
    }
    // totals follow from the parts when the refinement goes on
    const total = { total: new Float32Array(rowCount), totalVariance: new Float32Array(rowCount) };
    return { isFixed: false, own, ownVariance, implicit, implicitVariance, ...total, ...prior };
  };
  const dimensions = state.priors!.map(
    (prior, k): Dimension => ({
      users: columnOf(prior.users, `${k}.users`, users.rowCount),
      items: columnOf(prior.items, `${k}.items`, items.rowCount),
    }),
  );
  return {
    iterations: Number.POSITIVE_INFINITY,
    posterior: { dimensions, noisePrecision: state.noisePrecision! },
    refinements: step,
  };
}

function mismatch(): AppError {
  return new AppError(
    'failed_precondition.checkpoint_mismatch',
    'the checkpoint is of a training with other data or settings; delete it to begin anew',
  );
}
