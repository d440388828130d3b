import { AppError } from '@attune/errors';
import { checkObjective, type IalsObjective, paddedRank, rowRegularization } from './ials-settings';
import { type IalsKernel, instantiateKernel, loadKernelModule, scratchBytes, sharedMemory } from './kernel-module';

const BASE = 65_536;
/** Rows in the WebAssembly memory at once: a table of a million items is not copied whole. */
const BLOCK = 4_096;

/**
 * Where iALS expects a user of whom it knows nothing, as a covariance [rank x rank]: the inverse of the quadratic form that the
 * objective has before the first observation, alpha0 sum over items of y y^T + lambda (alpha0 items)^nu I (Rendle et al. 2021, with
 * exposures of 1). itemFactors: [items x rank]. Takes items x rank^2 steps in WebAssembly and rank^3 here, so not on an event loop.
 */
export function userCovariance(itemFactors: Float32Array, objective: IalsObjective): Float32Array<ArrayBuffer> {
  checkObjective(objective);
  const { rank, alpha0 } = objective;
  const itemCount = itemFactors.length / rank;
  if (!Number.isInteger(itemCount) || itemCount < 1) {
    throw new AppError('invalid.factors', `${itemFactors.length} numbers are not a table of rows of ${rank}`);
  }
  const precision = gramOf(itemFactors, rank).map((sum) => alpha0 * sum);
  const regularization = rowRegularization(objective, 0, itemCount);
  for (let c = 0; c < rank; c++) precision[c * rank + c]! += regularization;
  return inverted(precision, rank);
}

/** Sum of y y^T over the rows, [rank x rank], added up in float64 over blocks. */
function gramOf(rows: Float32Array, rank: number): Float64Array {
  const padded = paddedRank(rank);
  const at = planBlock(padded);
  const memory = sharedMemory(at.end);
  const kernel: IalsKernel = instantiateKernel(loadKernelModule(), memory);
  new Float32Array(memory.buffer, at.exposures, BLOCK).fill(1);
  const block = new Float32Array(memory.buffer, at.rows, BLOCK * padded);
  const panels = new Float32Array(memory.buffer, at.gram, padded * padded);
  const gram = new Float64Array(rank * rank);
  const rowCount = rows.length / rank;
  for (let from = 0; from < rowCount; from += BLOCK) {
    const count = Math.min(BLOCK, rowCount - from);
    for (let r = 0; r < count; r++) block.set(rows.subarray((from + r) * rank, (from + r + 1) * rank), r * padded);
    kernel.partialGram(at.rows, at.exposures, 0, count, padded, at.gram, at.scratch);
    addPanels(gram, panels, rank, padded);
  }
  return gram;
}

/** Panels of 8 columns hold the upper triangle; what is below is mirrored. */
function addPanels(gram: Float64Array, panels: Float32Array, rank: number, padded: number): void {
  for (let column = 0; column < rank; column++) {
    const panel = (column >> 3) * padded * 8 + (column & 7);
    for (let row = 0; row <= column; row++) {
      const sum = panels[panel + row * 8]!;
      gram[row * rank + column]! += sum;
      if (row !== column) gram[column * rank + row]! += sum;
    }
  }
}

/** The inverse of a symmetric positive definite matrix by its Cholesky factor L: (L^-1)^T L^-1. */
function inverted(matrix: Float64Array, size: number): Float32Array<ArrayBuffer> {
  const half = invertedFactor(choleskyFactor(matrix, size), size);
  const inverse = new Float32Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) {
      let sum = 0;
      for (let k = b; k < size; k++) sum += half[k * size + a]! * half[k * size + b]!;
      inverse[a * size + b] = inverse[b * size + a] = sum;
    }
  }
  return inverse;
}

function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= factor[row * size + k]! * factor[column * size + k]!;
      if (row !== column) factor[row * size + column] = sum / factor[column * size + column]!;
      else if (sum > 0) factor[row * size + row] = Math.sqrt(sum);
      else throw new AppError('internal.diverged', 'the items have no finite quadratic form');
    }
  }
  return factor;
}

/** The inverse of a lower triangle. */
function invertedFactor(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0;
      for (let k = column; k < row; k++) sum -= factor[row * size + k]! * inverse[k * size + column]!;
      inverse[row * size + column] = sum / factor[row * size + row]!;
    }
  }
  return inverse;
}

function planBlock(rank: number) {
  const align = (bytes: number) => Math.ceil(bytes / 64) * 64;
  const rows = BASE;
  const exposures = rows + BLOCK * rank * 4;
  const gram = exposures + BLOCK * 4;
  const scratch = gram + rank * rank * 4;
  return { rows, exposures, gram, scratch, end: scratch + align(scratchBytes(rank)) };
}
