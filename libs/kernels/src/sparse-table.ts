import { AppError } from '@attune/errors';
import { sharedMemory } from './kernel-module';
import { instantiateSparseKernel, type SparseKernel } from './sparse-kernel';
import { checkOptimizer, type SparseOptimizer } from './sparse-optimizer';
import { stepRows } from './sparse-step';
import { type BatchLayout, planBatch, planTable, type TableLayout } from './sparse-table-memory';

/** The gradients of some rows of a table: row i of `gradients` [count x width] belongs to row indices[i] of the table. */
export interface RowGradients {
  readonly indices: Int32Array;
  readonly gradients: Float32Array;
}

/**
 * A table of vectors [rows x width] in shared WebAssembly memory that learns by rows: a step moves the rows of its batch and no
 * other, at a cost that depends on the batch and not on the table.
 *
 * Adam's moments are lazy: a row's moments neither decay nor move it in steps that do not touch it (as in PyTorch's SparseAdam and
 * TensorFlow's LazyAdam). Unlike there, the correction for moments that start at zero (1 - beta^t) counts the row's own updates and
 * not the steps of the training: a row first met in step 10,000 has moments as young as one first met in step 1, and with the
 * steps of the training as t its first update would be (1 - beta1) / sqrt(1 - beta2), about 3 times, too long. So each row runs
 * algorithm 1 of Kingma and Ba on the sequence of its own gradients. Decaying moments exactly would cost a power per row and
 * batch, and would still leave out what Adam's momentum does to a row between its batches.
 */
export interface SparseTable {
  readonly rows: number;
  readonly width: number;
  /** [rows x width], live: what is written here is what the next gather reads. Other threads may read it too. */
  readonly values: Float32Array<SharedArrayBuffer>;
  /**
   * What the optimizer remembers, live and by name; a checkpoint keeps it beside the values. Adam: `moments` [rows x 2 x width] and
   * `updates` [rows]; Adagrad: `squares` [rows x width].
   */
  readonly memory: Readonly<Record<string, Float32Array<SharedArrayBuffer>>>;
  /**
   * Copies of the rows at each list of indices [count x width], in shared memory. They are good until the next gather: gather all
   * that a step needs in one call.
   */
  gather(lists: readonly Int32Array[]): Float32Array<SharedArrayBuffer>[];
  /**
   * One step of the optimizer. Gradients of the same row, in one list or in several, are summed first, in their order. Gradients
   * that are not finite, or whose squares are not, are refused with `internal.diverged`, and the table stays as it was.
   */
  apply(parts: readonly RowGradients[], learningRate: number): void;
}

/** Makes room for a table, all zeros, and its optimizer. */
export function openSparseTable(request: {
  readonly rows: number;
  readonly width: number;
  readonly optimizer: SparseOptimizer;
}): SparseTable {
  const { rows, width, optimizer } = request;
  checkOptimizer(optimizer);
  if (!(Number.isInteger(rows) && rows > 0 && Number.isInteger(width) && width > 0)) {
    throw new AppError(
      'invalid.settings',
      `a table cannot have ${rows} rows of ${width} numbers; both must be positive`,
    );
  }
  return new WasmSparseTable(rows, width, optimizer);
}

/** Bytes of a page of WebAssembly's memory. */
const PAGE = 65_536;

class WasmSparseTable implements SparseTable {
  readonly values: Float32Array<SharedArrayBuffer>;
  readonly memory: Readonly<Record<string, Float32Array<SharedArrayBuffer>>>;
  readonly #memory: WebAssembly.Memory;
  readonly #kernel: SparseKernel;
  readonly #at: TableLayout;

  constructor(
    readonly rows: number,
    readonly width: number,
    private readonly optimizer: SparseOptimizer,
  ) {
    const { kind } = optimizer;
    this.#memory = sharedMemory(PAGE, { growable: true });
    this.#kernel = instantiateSparseKernel(this.#memory);
    this.#at = planTable({ rows, width, kind, powerBytes: this.#kernel.powerBytes() });
    this.#growTo(this.#at.batch);
    const view = (at: number, length: number) => new Float32Array(this.#memory.buffer, at, length);
    this.values = view(this.#at.values, rows * width);
    this.memory = {
      ...(kind === 'adam' && {
        moments: view(this.#at.moments, 2 * rows * width),
        updates: view(this.#at.updates, rows),
      }),
      ...(kind === 'adagrad' && { squares: view(this.#at.squares, rows * width) }),
    };
    if (kind === 'adam') {
      this.#kernel.fillPowers(this.#at.powers1, optimizer.beta1);
      this.#kernel.fillPowers(this.#at.powers2, optimizer.beta2);
    }
  }

  gather(lists: readonly Int32Array[]): Float32Array<SharedArrayBuffer>[] {
    const count = lists.reduce((sum, list) => sum + list.length, 0);
    const batch = this.#reserve(count);
    this.#writeIndices(batch, lists, count);
    this.#kernel.gatherRows(this.#at.values, batch.indices, count, this.width, batch.rows);
    let from = batch.rows;
    return lists.map((list) => {
      const at = from;
      from += list.length * this.width * 4;
      return new Float32Array(this.#memory.buffer, at, list.length * this.width);
    });
  }

  apply(parts: readonly RowGradients[], learningRate: number): void {
    const lists = parts.map((part) => part.indices);
    const count = lists.reduce((sum, list) => sum + list.length, 0);
    const batch = this.#reserve(count);
    this.#writeIndices(batch, lists, count);
    this.#writeGradients(batch, parts);
    const { indices, first, gradients } = batch;
    const unique = this.#kernel.sumDuplicates(indices, count, this.width, gradients, this.#at.seen, first);
    if (this.#kernel.squaresAreFinite(gradients, count * this.width) === 0) {
      throw new AppError('internal.diverged', 'a gradient is not a finite number; lower the learning rate');
    }
    const step = { layout: this.#at, batch, unique, width: this.width, learningRate };
    stepRows(this.#kernel, this.optimizer, step);
  }

  #writeIndices(batch: BatchLayout, lists: readonly Int32Array[], count: number): void {
    const all = new Int32Array(this.#memory.buffer, batch.indices, count);
    let from = 0;
    for (const list of lists) {
      all.set(list, from);
      from += list.length;
    }
    const bad = this.#kernel.badIndex(batch.indices, count, this.rows);
    if (bad !== 0)
      throw new AppError('invalid.batch', `row ${all[bad - 1]} is not one of the ${this.rows} of the table`);
  }

  #writeGradients(batch: BatchLayout, parts: readonly RowGradients[]): void {
    let from = batch.gradients;
    for (const { indices, gradients } of parts) {
      if (gradients.length !== indices.length * this.width) {
        throw new AppError(
          'invalid.batch',
          `${indices.length} rows of ${this.width} numbers have ${gradients.length} gradients`,
        );
      }
      new Float32Array(this.#memory.buffer, from, gradients.length).set(gradients);
      from += gradients.length * 4;
    }
  }

  /** The places of a batch. Views of a shared memory stay good when it grows. */
  #reserve(count: number): BatchLayout {
    const batch = planBatch(this.#at, count, this.rows, this.width);
    this.#growTo(batch.end);
    return batch;
  }

  #growTo(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      this.#memory.grow(Math.ceil(missing / PAGE));
    } catch (cause) {
      const mib = Math.ceil(bytes / 2 ** 20);
      throw new AppError('exhausted.memory', `a table needs ${mib} MiB, which this machine does not give`, { cause });
    }
  }
}
