import { totalmem } from 'node:os';
import { AppError } from '@attune/errors';
import type { DatasetNeed } from '../domain/trainer';

const SHARE_OF_MACHINE = 0.6;
const BYTES_PER_ROW = {
  // columns of the table, of the preferences and of a hold-out beside them, sparse matrices both ways, and the ids
  interactions: 160,
  // some eighty features as columns, as rows, scaled, and as inputs of the net, four bytes each
  labelled_examples: 1_300,
} as const;

/** The memory that a training may take: what was set, or a share of what the container or the machine has. */
export function memoryLimitMb(settingMb: number): number {
  if (settingMb > 0) return settingMb;
  const machine = totalmem();
  const container = process.constrainedMemory();
  const bytes = container > 0 ? Math.min(machine, container) : machine;
  return Math.floor((bytes * SHARE_OF_MACHINE) / 1e6);
}

/** Refuses a data set that cannot fit before anything of it is read. */
export function requireFits(rowCount: number, memoryMb: number, kind: DatasetNeed['kind'] = 'interactions'): void {
  const neededMb = Math.ceil((rowCount * BYTES_PER_ROW[kind]) / 1e6);
  if (neededMb <= memoryMb) return;
  throw new AppError(
    'failed_precondition.dataset_too_large',
    `${rowCount} rows need about ${neededMb} MB and a training may take ${memoryMb} MB: train on a shorter time ` +
      '(from, to), or raise ATTUNE_TRAINING_MEMORY_MB',
  );
}
