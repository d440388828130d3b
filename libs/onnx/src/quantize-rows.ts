/** A table of rows as whole numbers with 8 bits, for `MatMulNBits` of ONNX Runtime. */
export interface QuantizedRows {
  readonly rowCount: number;
  readonly rank: number;
  /** Numbers that share a scale: a power of two, at least 16. */
  readonly blockSize: number;
  readonly blocksPerRow: number;
  /** [rowCount x blocksPerRow x blockSize]: round(value / scale) + 128; numbers beyond the rank are 128, which is zero. */
  readonly values: Uint8Array<ArrayBuffer>;
  /** [rowCount x blocksPerRow]: the largest size in the block divided by 127. */
  readonly scales: Float32Array<ArrayBuffer>;
}

/** What stands for zero among the whole numbers. */
const ZERO = 128;
const LARGEST = 127;
const SMALLEST_BLOCK = 16;
const LARGEST_BLOCK = 256;
/** So much of a block may not lie beyond the rank: it would be read for nothing. */
const MOST_PADDING = 0.25;

/** One block for a whole row where it fits well, which reads fewest scales; else the largest blocks that leave little unused. */
export function blockSizeFor(rank: number): number {
  for (let size = LARGEST_BLOCK; size > SMALLEST_BLOCK; size /= 2) {
    const padded = Math.ceil(rank / size) * size;
    if ((padded - rank) / padded < MOST_PADDING) return size;
  }
  return SMALLEST_BLOCK;
}

/** Rounds rows [rowCount x rank] to 8 bits, symmetric about zero, with a scale for each block of a row. */
export function quantizeRows(table: Float32Array, rank: number): QuantizedRows {
  const rowCount = table.length / rank;
  const blockSize = blockSizeFor(rank);
  const blocksPerRow = Math.ceil(rank / blockSize);
  const values = new Uint8Array(rowCount * blocksPerRow * blockSize).fill(ZERO);
  const scales = new Float32Array(rowCount * blocksPerRow);
  for (let row = 0, block = 0; row < rowCount; row++) {
    for (let from = 0; from < rank; from += blockSize, block++) {
      const first = row * rank + from;
      const end = first + Math.min(blockSize, rank - from);
      scales[block] = quantizeBlock(table, first, end, values, block * blockSize);
    }
  }
  return { rowCount, rank, blockSize, blocksPerRow, values, scales };
}

/** Writes the whole numbers of `table[first..end)` from `at` on; returns their scale. */
function quantizeBlock(table: Float32Array, first: number, end: number, values: Uint8Array, at: number): number {
  let largest = 0;
  for (let i = first; i < end; i++) largest = Math.max(largest, Math.abs(table[i]!));
  const scale = largest / LARGEST;
  // so small a scale has no reciprocal; such a block is as good as zero
  const perStep = scale > 1e-37 ? 1 / scale : 0;
  for (let i = first; i < end; i++) values[at + i - first] = Math.round(table[i]! * perStep) + ZERO;
  return scale;
}
