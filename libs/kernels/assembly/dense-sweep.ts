// Inverts a symmetric positive definite matrix in place by blocks: the sweep operator (Goodnight 1979, "A tutorial on the SWEEP
// operator") with a block of pivots at a time. Of the matrix only the triangle on and above the diagonal is kept; a sweep over all
// pivots leaves minus the inverse there. It takes n^3 / 2 multiply-adds, as Cholesky with the product of the inverted factors does,
// but nearly all of them are one symmetric rank-PIVOTS update over the whole matrix, which threads share by tiles.
//
// The matrix is row-major with `stride` bytes from row to row. Slices of it are packed in panels of 8 columns: element (q, c) of a
// slice of `count` rows is at (c >> 3) * count * 32 + q * 32 + (c & 7) * 4. Sizes are multiples of 8.
import { ROW } from './panels';

// @ts-ignore: decorator
@inline
function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** C[4 x 8] -= A[count x 4]^T B[count x 8], with `stride` bytes between the rows of C. The time of an inversion is spent here. */
function subtractOuter(c: usize, stride: usize, a: usize, b: usize, count: u32): void {
  const c1 = c + stride, c2 = c1 + stride, c3 = c2 + stride;
  let c00 = v128.load(c), c01 = v128.load(c, 16);
  let c10 = v128.load(c1), c11 = v128.load(c1, 16);
  let c20 = v128.load(c2), c21 = v128.load(c2, 16);
  let c30 = v128.load(c3), c31 = v128.load(c3, 16);
  const end = a + (count as usize) * ROW;
  while (a < end) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = nmadd(x, b0, c00); c01 = nmadd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = nmadd(x, b0, c10); c11 = nmadd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = nmadd(x, b0, c20); c21 = nmadd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = nmadd(x, b0, c30); c31 = nmadd(x, b1, c31);
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load32_splat(a, 32);
    c00 = nmadd(x, b0, c00); c01 = nmadd(x, b1, c01);
    x = v128.load32_splat(a, 36);
    c10 = nmadd(x, b0, c10); c11 = nmadd(x, b1, c11);
    x = v128.load32_splat(a, 40);
    c20 = nmadd(x, b0, c20); c21 = nmadd(x, b1, c21);
    x = v128.load32_splat(a, 44);
    c30 = nmadd(x, b0, c30); c31 = nmadd(x, b1, c31);
    a += 64; b += 64;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c1, c10); v128.store(c1, c11, 16);
  v128.store(c2, c20); v128.store(c2, c21, 16);
  v128.store(c3, c30); v128.store(c3, c31, 16);
}

/**
 * Inverts the block of pivots k .. k + count in float64 (`work`: count^2 numbers) and leaves minus its inverse in the matrix and, in
 * panels, in `negated`. Returns 0, or 1 + the pivot that is not a positive finite number.
 */
export function invertPivots(a: usize, stride: usize, k: u32, count: u32, work: usize, negated: usize): u32 {
  const block = a + (k as usize) * stride + (k as usize) * 4;
  const row = (count as usize) * 8;
  for (let i: u32 = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      const value = load<f32>(block + (i as usize) * stride + (j as usize) * 4) as f64;
      store<f64>(work + (i as usize) * row + (j as usize) * 8, value);
      store<f64>(work + (j as usize) * row + (i as usize) * 8, value);
    }
  }
  for (let q: u32 = 0; q < count; q++) {
    const pivot = load<f64>(work + (q as usize) * row + (q as usize) * 8);
    // written so that NaN fails too
    if (!(pivot > 0 && pivot < (f32.MAX_VALUE as f64))) return k + q + 1;
    sweepPivot(work, row, q, count, 1 / pivot);
  }
  for (let i: u32 = 0; i < count; i++) {
    for (let j: u32 = 0; j < count; j++) {
      const value = load<f64>(work + (i as usize) * row + (j as usize) * 8) as f32;
      store<f32>(block + (i as usize) * stride + (j as usize) * 4, value);
      store<f32>(negated + ((j >> 3) as usize) * (count as usize) * ROW + (i as usize) * ROW + ((j & 7) as usize) * 4, value);
    }
  }
  return 0;
}

/** Sweeps one pivot of a full symmetric float64 matrix; `inverse` is 1 / pivot. */
function sweepPivot(work: usize, row: usize, q: u32, count: u32, inverse: f64): void {
  const own = work + (q as usize) * row;
  for (let i: u32 = 0; i < count; i++) {
    if (i == q) continue;
    const at = work + (i as usize) * row;
    const scale = load<f64>(at + (q as usize) * 8) * inverse;
    const s = f64x2.splat(scale);
    for (let j: usize = 0; j < row; j += 16) {
      v128.store(at + j, f64x2.sub(v128.load(at + j), f64x2.mul(s, v128.load(own + j))));
    }
    store<f64>(at + (q as usize) * 8, scale);
  }
  for (let j: usize = 0; j < row; j += 8) store<f64>(own + j, load<f64>(own + j) * inverse);
  store<f64>(own + (q as usize) * 8, -inverse);
}

/** Copies the rows of the pivots into panels begin .. end of `packed`; panels of the pivots themselves become zeros. */
export function packPivots(a: usize, stride: usize, k: u32, count: u32, begin: u32, end: u32, packed: usize): void {
  const panelBytes = (count as usize) * ROW;
  for (let panel = begin; panel < end; panel++) {
    const column = panel << 3;
    const to = packed + (panel as usize) * panelBytes;
    if (column >= k && column < k + count) {
      memory.fill(to, 0, panelBytes);
    } else if (column > k) {
      const from = a + (k as usize) * stride + (column as usize) * 4;
      for (let q: usize = 0; q < count; q++) {
        v128.store(to + q * ROW, v128.load(from + q * stride));
        v128.store(to + q * ROW, v128.load(from + q * stride, 16), 16);
      }
    } else {
      for (let c: usize = 0; c < 8; c++) {
        const from = a + ((column as usize) + c) * stride + (k as usize) * 4;
        for (let q: usize = 0; q < count; q++) store<f32>(to + q * ROW + c * 4, load<f32>(from + q * 4));
      }
    }
  }
}

/** Panels begin .. end of `scaled` = inverse of the pivots times `packed`; the matrix gets them where the rows of the pivots were. */
export function scalePivots(
  a: usize, stride: usize, k: u32, count: u32, begin: u32, end: u32, packed: usize, negated: usize, scaled: usize,
): void {
  const panelBytes = (count as usize) * ROW;
  for (let panel = begin; panel < end; panel++) {
    const column = panel << 3;
    const from = packed + (panel as usize) * panelBytes;
    const to = scaled + (panel as usize) * panelBytes;
    memory.fill(to, 0, panelBytes);
    if (column >= k && column < k + count) continue;
    for (let q: u32 = 0; q < count; q += 4) {
      const left = negated + ((q >> 3) as usize) * panelBytes + ((q & 4) as usize) * 4;
      subtractOuter(to + (q as usize) * ROW, ROW, left, from, count);
    }
    unpackPanel(a, stride, k, count, column, to);
  }
}

function unpackPanel(a: usize, stride: usize, k: u32, count: u32, column: u32, from: usize): void {
  if (column > k) {
    const to = a + (k as usize) * stride + (column as usize) * 4;
    for (let q: usize = 0; q < count; q++) {
      v128.store(to + q * stride, v128.load(from + q * ROW));
      v128.store(to + q * stride, v128.load(from + q * ROW, 16), 16);
    }
    return;
  }
  for (let c: usize = 0; c < 8; c++) {
    const to = a + ((column as usize) + c) * stride + (k as usize) * 4;
    for (let q: usize = 0; q < count; q++) store<f32>(to + q * 4, load<f32>(from + q * ROW + c * 4));
  }
}

/** Subtracts packed^T scaled from the part of rows rowBegin .. rowEnd, columns columnBegin .. columnEnd, on and above the diagonal. */
export function updateTile(
  a: usize, stride: usize, count: u32, rowBegin: u32, rowEnd: u32, columnBegin: u32, columnEnd: u32, packed: usize, scaled: usize,
): void {
  const panelBytes = (count as usize) * ROW;
  for (let i = rowBegin; i < rowEnd; i += 4) {
    const left = packed + ((i >> 3) as usize) * panelBytes + ((i & 4) as usize) * 4;
    const row = a + (i as usize) * stride;
    for (let j = max(columnBegin, i & ~7); j < columnEnd; j += 8) {
      subtractOuter(row + (j as usize) * 4, stride, left, scaled + ((j >> 3) as usize) * panelBytes, count);
    }
  }
}
