import { AppError } from '@attune/errors';

/** Where a table and what its optimizer remembers lie in their memory; addresses in bytes, 0 where a kind of optimizer lacks it. */
export interface TableLayout {
  readonly values: number;
  /** Adam's: first moments [width], then second ones, row by row. */
  readonly moments: number;
  /** Adagrad's sums of squares. */
  readonly squares: number;
  readonly updates: number;
  /** One mark per row that is zero between steps. */
  readonly seen: number;
  readonly powers1: number;
  readonly powers2: number;
  /** The rest of the memory holds the batch. */
  readonly batch: number;
}

/** Where the parts of a batch of `count` rows lie behind the table. */
export interface BatchLayout {
  readonly indices: number;
  readonly first: number;
  readonly rows: number;
  readonly gradients: number;
  readonly end: number;
}

/** The most that WebAssembly can address. */
const MAX_BYTES = 65_536 * 65_536;
const BASE = 65_536;

const align = (bytes: number) => Math.ceil(bytes / 64) * 64;

/** Plans the memory of one table; throws `exhausted.memory` when it does not fit the 4 GiB that WebAssembly can address. */
export function planTable(input: {
  readonly rows: number;
  readonly width: number;
  readonly kind: 'adam' | 'adagrad' | 'sgd';
  readonly powerBytes: number;
}): TableLayout {
  const { rows, width, kind } = input;
  let end = BASE;
  const take = (bytes: number, needed = true): number => {
    if (!needed) return 0;
    const at = end;
    end += align(bytes);
    return at;
  };
  const layout = {
    values: take(rows * width * 4),
    moments: take(rows * width * 8, kind === 'adam'),
    squares: take(rows * width * 4, kind === 'adagrad'),
    updates: take(rows * 4, kind === 'adam'),
    seen: take(rows * 4),
    powers1: take(input.powerBytes, kind === 'adam'),
    powers2: take(input.powerBytes, kind === 'adam'),
  };
  checkFits(end, rows, width);
  return { ...layout, batch: end };
}

/** Plans the batch behind a table. */
export function planBatch({ batch }: TableLayout, count: number, rows: number, width: number): BatchLayout {
  const indices = batch;
  const first = indices + align(count * 4);
  const rowsAt = first + align(count * 4);
  const gradients = rowsAt + align(count * width * 4);
  const end = gradients + align(count * width * 4);
  checkFits(end, rows, width);
  return { indices, first, rows: rowsAt, gradients, end };
}

function checkFits(bytes: number, rows: number, width: number): void {
  if (bytes <= MAX_BYTES) return;
  const gib = (bytes / 2 ** 30).toFixed(1);
  throw new AppError(
    'exhausted.memory',
    `a table of ${rows} rows of ${width} numbers, its optimizer and a batch need ${gib} GiB of the 4 that WebAssembly can ` +
      'address; lower the width, the rows or the batch, or choose an optimizer that remembers less',
  );
}
