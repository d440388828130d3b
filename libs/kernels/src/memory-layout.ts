import { AppError } from '@attune/errors';
import type { Csr } from './csr';
import { paddedRank } from './ials-settings';

/** Where one side (users or items) lies in the shared memory; addresses in bytes. */
export interface SideLayout {
  readonly rowCount: number;
  readonly factors: number;
  readonly offsets: number;
  readonly indices: number;
  readonly weights: number;
  readonly regularizations: number;
  readonly gains: number;
}

/** Where everything lies in the shared memory of one training. */
export interface MemoryLayout {
  /** Padded to whole panels. */
  readonly rank: number;
  readonly users: SideLayout;
  readonly items: SideLayout;
  /** The Gramian of the side that stands still, scaled by the unobserved weight. */
  readonly gram: number;
  readonly partials: number;
  readonly alpha0: number;
  /** Address of COUNTERS int32: for each phase of a step how many blocks are taken, and how many threads are done. */
  readonly counters: number;
  readonly scratch: readonly number[];
  readonly totalBytes: number;
}

/** A step solves two sides at most, in three phases each, and a phase has two counters. */
export const COUNTERS = 12;

const MAX_BYTES = 65_536 * 65_536;

/** A Gramian is summed over this many parts at most, in a fixed order, so that the sum does not depend on who computed which. */
const MAX_GRAM_PARTS = 64;
const MIN_ROWS_PER_PART = 256;

/** How the rows of a side are cut for its Gramian: by the number of rows alone. */
export function gramParts(rowCount: number): { readonly parts: number; readonly rowsPerPart: number } {
  const parts = Math.max(1, Math.min(MAX_GRAM_PARTS, Math.ceil(rowCount / MIN_ROWS_PER_PART)));
  return { parts, rowsPerPart: Math.ceil(rowCount / parts) };
}

/** Plans the memory of one training; throws `exhausted.memory` when it does not fit the 4 GiB that WebAssembly can address. */
export function planMemory(input: {
  readonly users: Csr;
  readonly items: Csr;
  readonly rank: number;
  readonly alpha0: number;
  readonly threads: number;
  readonly scratchBytes: number;
}): MemoryLayout {
  const rank = paddedRank(input.rank);
  let end = 65_536;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const side = ({ rowCount, indices }: Csr): SideLayout => ({
    rowCount,
    factors: take(rowCount * rank * 4),
    offsets: take((rowCount + 1) * 4),
    indices: take(indices.length * 4),
    weights: take(indices.length * 4),
    regularizations: take(rowCount * 4),
    gains: take(rowCount * 4),
  });
  const users = side(input.users);
  const items = side(input.items);
  const gram = take(rank * rank * 4);
  const parts = Math.max(gramParts(users.rowCount).parts, gramParts(items.rowCount).parts);
  const partials = take(parts * rank * rank * 4);
  const counters = take(COUNTERS * 4);
  const scratch = Array.from({ length: input.threads }, () => take(input.scratchBytes));
  if (end > MAX_BYTES) {
    const gib = (end / 2 ** 30).toFixed(1);
    throw new AppError('exhausted.memory', `training needs ${gib} GiB of shared memory; lower the rank or the data`);
  }
  return { rank, users, items, gram, partials, alpha0: input.alpha0, counters, scratch, totalBytes: end };
}
