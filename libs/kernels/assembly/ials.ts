// The numeric core of implicit ALS. All addresses are bytes in the one memory that the host lays out (src/memory-layout.ts);
// there is no allocator here, so several instances in several threads share that memory safely.
import { factor, solve } from './cholesky';
import { ROW, addGram, addWeightedRows, packRow } from './panels';

export { dotProducts } from './dot-products';

/** Rows packed at once: 64 rows of 64 floats stay in a first-level cache of 32 KiB together with the tile they update. */
const CHUNK: u32 = 64;

/** Bytes that one thread needs for itself: packed rows, their scales, the normal matrix, the right-hand side. */
export function scratchBytes(rank: u32): u32 {
  return CHUNK * rank * 4 + CHUNK * 4 + rank * rank * 4 + rank * 4;
}

/** out[rank x rank] (panels, upper triangle) = sum over rows begin..end of their exposure times x x^T. */
export function partialGram(x: usize, exposures: usize, begin: u32, end: u32, rank: u32, out: usize, scratch: usize): void {
  const panels = rank >> 3;
  const panelBytes = (CHUNK as usize) * ROW;
  const rowBytes = (rank as usize) << 2;
  memory.fill(out, 0, (rank as usize) * rowBytes);
  for (let from = begin; from < end; from += CHUNK) {
    const count = min(CHUNK, end - from);
    for (let k: u32 = 0; k < count; k++) {
      const row = (from + k) as usize;
      const scale = sqrt<f32>(load<f32>(exposures + (row << 2)));
      packRow(x + row * rowBytes, scratch + (k as usize) * ROW, panelBytes, panels, scale);
    }
    if (count & 1) clearRow(scratch + (count as usize) * ROW, panelBytes, panels);
    addGram(out, scratch, panelBytes, rank, (count + 1) & ~1);
  }
}

/** out = scale * (sum of `count` matrices that follow each other at `partials`), for the floats begin..end (multiples of 4). */
export function sumPartials(partials: usize, count: u32, rank: u32, scale: f32, begin: u32, end: u32, out: usize): void {
  const matrixBytes = (rank as usize) * (rank as usize) * 4;
  const s = f32x4.splat(scale);
  for (let e = begin; e < end; e += 4) {
    let from = partials + ((e as usize) << 2);
    let sum = v128.load(from);
    for (let p: u32 = 1; p < count; p++) {
      from += matrixBytes;
      sum = f32x4.add(sum, v128.load(from));
    }
    v128.store(out + ((e as usize) << 2), f32x4.mul(sum, s));
  }
}

function clearRow(target: usize, panelBytes: usize, panels: u32): void {
  for (let p: u32 = 0; p < panels; p++) {
    v128.store(target, f32x4.splat(0));
    v128.store(target, f32x4.splat(0), 16);
    target += panelBytes;
  }
}

/**
 * Solves rows begin..end against the other side's factors:
 * x = (exposure * gram + |W|-weighted outer products + regularization I)^-1 (sum over positive weights).
 * `gram` is already scaled by the unobserved weight. Writes each row's gain (see `solve`); returns 0, or 1 + the row that failed.
 */
export function solveRows(
  begin: u32, end: u32, rank: u32, factors: usize, others: usize, offsets: usize, indices: usize, weights: usize,
  gram: usize, exposures: usize, regularizations: usize, gains: usize, scratch: usize,
): u32 {
  const matrix = scratch + (CHUNK as usize) * ((rank as usize) * 4 + 4);
  for (let row = begin; row < end; row++) {
    const at = (row as usize) << 2;
    const first = load<u32>(offsets + at);
    const last = load<u32>(offsets + at + 4);
    const x = factors + at * (rank as usize);
    if (first == last) {
      memory.fill(x, 0, (rank as usize) << 2);
      store<f32>(gains + at, 0);
      continue;
    }
    startMatrix(matrix, gram, rank, load<f32>(exposures + at), load<f32>(regularizations + at));
    const gain = solveRow(x, first, last, rank, others, indices, weights, matrix, scratch);
    if (!(gain >= 0)) return row + 1;
    store<f32>(gains + at, gain);
  }
  return 0;
}

/** Adds a row's observations to `matrix`, and solves. */
function solveRow(
  x: usize, first: u32, last: u32, rank: u32, others: usize, indices: usize, weights: usize, matrix: usize, scratch: usize,
): f32 {
  const panels = rank >> 3;
  const panelBytes = (CHUNK as usize) * ROW;
  const rowBytes = (rank as usize) << 2;
  const scales = scratch + (CHUNK as usize) * rowBytes;
  const right = matrix + (rank as usize) * rowBytes;
  memory.fill(right, 0, rowBytes);
  for (let from = first; from < last; from += CHUNK) {
    const count = min(CHUNK, last - from);
    for (let k: u32 = 0; k < count; k++) {
      const entry = ((from + k) as usize) << 2;
      const weight = load<f32>(weights + entry);
      const scale = sqrt<f32>(abs<f32>(weight));
      // what speaks against a pair pulls its score to 0, so it has no part in the right-hand side
      store<f32>(scales + ((k as usize) << 2), weight > 0 ? scale : 0);
      packRow(others + (load<u32>(indices + entry) as usize) * rowBytes, scratch + (k as usize) * ROW, panelBytes, panels, scale);
    }
    if (count & 1) clearRow(scratch + (count as usize) * ROW, panelBytes, panels);
    addWeightedRows(right, scratch, panelBytes, rank, scales, count);
    addGram(matrix, scratch, panelBytes, rank, (count + 1) & ~1);
  }
  if (!factor(matrix, rank)) return -1;
  const gain = solve(matrix, right, rank);
  memory.copy(x, right, rowBytes);
  return gain;
}

/** matrix = exposure * the part of `gram` on and above the diagonal panels, with the regularization added on the diagonal. */
function startMatrix(matrix: usize, gram: usize, rank: u32, exposure: f32, regularization: f32): void {
  const panelBytes = (rank as usize) * ROW;
  const scale = f32x4.splat(exposure);
  for (let p: u32 = 0; p < rank >> 3; p++) {
    const at = (p as usize) * panelBytes;
    const end = at + ((p + 1) as usize) * 8 * ROW;
    for (let e = at; e < end; e += ROW) {
      v128.store(matrix + e, f32x4.mul(scale, v128.load(gram + e)));
      v128.store(matrix + e, f32x4.mul(scale, v128.load(gram + e, 16)), 16);
    }
    for (let c: usize = 0; c < 8; c++) {
      const diagonal = matrix + at + ((p as usize) * 8 + c) * ROW + c * 4;
      store<f32>(diagonal, load<f32>(diagonal) + regularization);
    }
  }
}
