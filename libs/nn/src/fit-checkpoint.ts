import { AppError } from '@attune/errors';
import type { Checkpoint } from './checkpoint';
import type { NamedValues } from './engine';
import type { Best } from './fit-best';
import type { Trainee } from './fit-request';
import { tablesOf } from './fit-tables';

/** How far a training is, beside its numbers. */
export interface FitState {
  /** Epochs that are done. */
  readonly epochs: number;
  /** Steps that are done, over all epochs. */
  readonly steps: number;
  /** Mean loss of each epoch that is done. */
  readonly losses: readonly number[];
}

interface SavedState extends FitState {
  readonly net: string;
  readonly best?: { readonly epoch: number; readonly metric: number };
}

// in front of the names of tensors, so that none is mistaken for another; names of nets and tables may hold anything but this order
const NET = 'net/';
const TABLE = 'table/';
const BEST_NET = 'best-net/';
const BEST_TABLE = 'best-table/';

/** Everything that a training needs to go on. */
export async function saveFit(state: FitState, trainee: Trainee, best?: Best): Promise<Checkpoint> {
  const tensors: NamedValues = {};
  const put = (prefix: string, values: Readonly<NamedValues>) => {
    for (const [name, numbers] of Object.entries(values)) tensors[prefix + name] = numbers;
  };
  put(NET, await trainee.compiled.state());
  for (const table of tablesOf(trainee)) put(TABLE, table.state());
  const saved: SavedState = { ...state, net: trainee.compiled.net.name };
  if (best?.metric === undefined) return { step: state.epochs, state: saved, tensors };
  put(BEST_NET, best.dense!);
  // copies, since the next better epoch is written over these
  for (const [name, values] of Object.entries(best.tables)) tensors[BEST_TABLE + name] = new Float32Array(values);
  const { epoch, metric } = best;
  return { step: state.epochs, state: { ...saved, best: { epoch, metric } } satisfies SavedState, tensors };
}

/** Puts a training back to where its checkpoint was made. */
export async function loadFit(checkpoint: Checkpoint, trainee: Trainee, best?: Best): Promise<FitState> {
  const saved = checkpoint.state as SavedState;
  const { name } = trainee.compiled.net;
  if (saved?.net !== name) {
    throw new AppError(
      'failed_precondition.checkpoint_mismatch',
      `the checkpoint is of net "${saved?.net}" and not of "${name}"; delete it to begin anew`,
    );
  }
  const take = (prefix: string): NamedValues =>
    Object.fromEntries(
      Object.entries(checkpoint.tensors)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, values]) => [key.slice(prefix.length), values]),
    );
  await trainee.compiled.restore(take(NET));
  const tables = take(TABLE);
  for (const table of tablesOf(trainee)) table.restore(tables);
  if (best !== undefined && saved.best !== undefined) {
    Object.assign(best, saved.best, { dense: take(BEST_NET) });
    for (const [table, values] of Object.entries(take(BEST_TABLE))) best.tables[table] = new Float32Array(values);
  }
  const { epochs, steps, losses } = saved;
  return { epochs, steps, losses };
}
