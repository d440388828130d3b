import type { ColumnPlan } from '../../domain/training-set/column-plan';
import type { PackedBlock } from '../../domain/training-set/example-block';
import { type SplitMoments, splitAt } from '../../domain/training-set/split';

/** Gathers the rows of blocks into groups of one size, in the order of the rows that they were made of. */
export class ExampleRows {
  rowCount = 0;
  readonly numbers: readonly Float64Array[];
  readonly texts: readonly (Uint8Array | null)[][];
  readonly sources: Uint8Array;
  readonly splits: Uint8Array;
  readonly userHashes: Float64Array;
  readonly itemHashes: Float64Array;

  constructor(
    plan: ColumnPlan,
    private readonly capacity: number,
    private readonly splitMoments: SplitMoments,
    private readonly onFull: () => Promise<void> | void,
  ) {
    this.numbers = plan.numbers.map(() => new Float64Array(capacity));
    this.texts = plan.texts.map(() => new Array(capacity).fill(null));
    this.sources = new Uint8Array(capacity);
    this.splits = new Uint8Array(capacity);
    this.userHashes = new Float64Array(capacity);
    this.itemHashes = new Float64Array(capacity);
  }

  /** Adds the rows of one batch, which several threads have divided among them by user. */
  async add(blocks: readonly PackedBlock[]): Promise<void> {
    const next = blocks.map(() => 0);
    for (;;) {
      const from = earliest(blocks, next);
      if (from < 0) return;
      const block = blocks[from]!;
      const start = next[from]!;
      const end = endOfRun(blocks, next, from);
      const count = Math.min(end - start, this.capacity - this.rowCount);
      this.#copy(block, start, count);
      next[from] = start + count;
      if (this.rowCount === this.capacity) {
        await this.onFull();
        this.rowCount = 0;
      }
    }
  }

  #copy(block: PackedBlock, start: number, count: number): void {
    const to = this.rowCount;
    const end = start + count;
    this.numbers.forEach((column, index) => {
      const at = index * block.capacity;
      // few numbers are faster copied one by one
      if (count > 8) column.set(block.numbers.subarray(at + start, at + end), to);
      else for (let row = 0; row < count; row++) column[to + row] = block.numbers[at + start + row]!;
    });
    block.texts.forEach(({ bytes, ends, present }, index) => {
      const column = this.texts[index]!;
      for (let row = start; row < end; row++) {
        const isThere = present[row] === 1;
        column[to + row - start] = isThere ? bytes.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!) : null;
      }
    });
    this.sources.set(block.sources.subarray(start, end), to);
    this.userHashes.set(block.userHashes.subarray(start, end), to);
    this.itemHashes.set(block.itemHashes.subarray(start, end), to);
    const [occurredAt] = this.numbers;
    for (let row = to; row < to + count; row++) this.splits[row] = splitAt(this.splitMoments, occurredAt![row]!);
    this.rowCount += count;
  }
}

function earliest(blocks: readonly PackedBlock[], next: readonly number[]): number {
  let found = -1;
  for (let at = 0; at < blocks.length; at++) {
    if (next[at] === blocks[at]!.rowCount) continue;
    if (found < 0 || blocks[at]!.entries[next[at]!]! < blocks[found]!.entries[next[found]!]!) found = at;
  }
  return found;
}

/** Until where the rows of a block come before those of the others. */
function endOfRun(blocks: readonly PackedBlock[], next: readonly number[], from: number): number {
  const { entries, rowCount } = blocks[from]!;
  let other = Number.POSITIVE_INFINITY;
  for (let at = 0; at < blocks.length; at++) {
    if (at !== from && next[at]! < blocks[at]!.rowCount) other = Math.min(other, blocks[at]!.entries[next[at]!]!);
  }
  if (other === Number.POSITIVE_INFINITY) return rowCount;
  let end = next[from]! + 1;
  while (end < rowCount && entries[end]! < other) end++;
  return end;
}
