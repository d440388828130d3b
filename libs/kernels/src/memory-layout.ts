import { AppError } from '@attune/errors';
import { paddedRank } from './ials-settings';
import { SHARED_WORDS } from './shared-steps';

/** Where one side (users or items) lies in the shared memory; addresses in bytes. */
export interface SideLayout {
  readonly rowCount: number;
  readonly factors: number;
  readonly offsets: number;
  readonly indices: number;
  readonly weights: number;
  readonly exposures: number;
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
  /** Address of the words by which the threads meet. */
  readonly shared: number;
  readonly scratch: readonly number[];
  readonly totalBytes: number;
}

// one page less than all, so that the address behind the last byte is a number of 32 bits, too
const MAX_BYTES = 65_535 * 65_536;

/** A Gramian is summed over this many parts at most, in a fixed order, so that the sum does not depend on who computed which. */
const MAX_GRAM_PARTS = 64;
const MIN_ROWS_PER_PART = 256;

/** How the rows of a side are cut for its Gramian: by the number of rows alone. */
export function gramParts(rowCount: number): { readonly parts: number; readonly rowsPerPart: number } {
  const parts = Math.max(1, Math.min(MAX_GRAM_PARTS, Math.ceil(rowCount / MIN_ROWS_PER_PART)));
  return { parts, rowsPerPart: Math.ceil(rowCount / parts) };
}

/** What decides how much memory a training needs. */
export interface TrainingSize {
  readonly userCount: number;
  readonly itemCount: number;
  readonly entries: number;
  readonly rank: number;
  readonly threads: number;
  /** Working memory of one thread at a (padded) rank. */
  readonly scratchBytes: (rank: number) => number;
}

/**
 * Plans the memory of one training; throws `failed_precondition.dataset_too_large`, with what would help, when it does not fit the
 * 4 GiB that WebAssembly can address.
 */
export function planMemory(size: TrainingSize, alpha0: number): MemoryLayout {
  const layout = layOut(size, alpha0);
  if (layout.totalBytes <= MAX_BYTES) return layout;
  let fitting = layout.rank - 8;
  while (fitting > 0 && layOut({ ...size, rank: fitting }, alpha0).totalBytes > MAX_BYTES) fitting -= 8;
  const advice =
    fitting > 0
      ? `lower the rank from ${size.rank} to ${fitting} or less, or train on fewer users and items`
      : 'train on fewer interactions, for instance on recent ones only';
  throw new AppError(
    'failed_precondition.dataset_too_large',
    `${size.userCount} users, ${size.itemCount} items and ${size.entries} entries need ${gib(layout.totalBytes)} GiB of the ` +
      `${gib(MAX_BYTES)} GiB that a training can address; ${advice}`,
  );
}

const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);

function layOut({ userCount, itemCount, entries, threads, ...size }: TrainingSize, alpha0: number): MemoryLayout {
  const rank = paddedRank(size.rank);
  let end = 65_536;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 64) * 64;
    return at;
  };
  const side = (rowCount: number): SideLayout => ({
    rowCount,
    factors: take(rowCount * rank * 4),
    offsets: take((rowCount + 1) * 4),
    indices: take(entries * 4),
    weights: take(entries * 4),
    exposures: take(rowCount * 4),
    regularizations: take(rowCount * 4),
    gains: take(rowCount * 4),
  });
  const users = side(userCount);
  const items = side(itemCount);
  const gram = take(rank * rank * 4);
  const parts = Math.max(gramParts(userCount).parts, gramParts(itemCount).parts);
  const partials = take(parts * rank * rank * 4);
  const shared = take(SHARED_WORDS * 4);
  const scratch = Array.from({ length: threads }, () => take(size.scratchBytes(rank)));
  return { rank, users, items, gram, partials, alpha0, shared, scratch, totalBytes: end };
}
