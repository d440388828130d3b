import { ROW, dotRows, subtractOuter, sumRows } from './panels';

// A factored matrix has the reciprocals of U's diagonal on its diagonal: solving then multiplies where it would divide.

/** Rows i..i+3 right of their diagonal block: U[i+r] = (A[i+r] - sum over q < r of U[i+q][i+r] U[i+q]) / U[i+r][i+r]. */
function finishRows(block: usize, panelBytes: usize, i: u32, panels: u32): void {
  const diagonal = block + ((i >> 3) as usize) * panelBytes + ((i & 4) as usize) * 4;
  const r0 = v128.load32_splat(diagonal), r1 = v128.load32_splat(diagonal, 36);
  const r2 = v128.load32_splat(diagonal, 72), r3 = v128.load32_splat(diagonal, 108);
  const u01 = v128.load32_splat(diagonal, 4), u02 = v128.load32_splat(diagonal, 8), u03 = v128.load32_splat(diagonal, 12);
  const u12 = v128.load32_splat(diagonal, 40), u13 = v128.load32_splat(diagonal, 44), u23 = v128.load32_splat(diagonal, 76);
  for (let j = i + 4; j < panels << 3; j += 4) {
    const c = block + ((j >> 3) as usize) * panelBytes + ((j & 4) as usize) * 4;
    const x0 = f32x4.mul(v128.load(c), r0);
    const x1 = f32x4.mul(f32x4.sub(v128.load(c, 32), f32x4.mul(u01, x0)), r1);
    const x2 = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(c, 64), f32x4.mul(u02, x0)), f32x4.mul(u12, x1)), r2);
    let x3 = f32x4.sub(f32x4.sub(v128.load(c, 96), f32x4.mul(u03, x0)), f32x4.mul(u13, x1));
    x3 = f32x4.mul(f32x4.sub(x3, f32x4.mul(u23, x2)), r3);
    v128.store(c, x0); v128.store(c, x1, 32); v128.store(c, x2, 64); v128.store(c, x3, 96);
  }
}

// @ts-ignore: decorator
@inline
function isPivot(x: f32): bool {
  // written so that NaN fails too
  return x > 0 && x < f32.MAX_VALUE;
}

/** Factors the 4 x 4 block at `d` (row stride 32 bytes) in place; false when a pivot is not a positive finite number. */
function factorBlock(d: usize): bool {
  const p0 = load<f32>(d);
  if (!isPivot(p0)) return false;
  const r0: f32 = 1 / sqrt<f32>(p0);
  const u01 = load<f32>(d, 4) * r0, u02 = load<f32>(d, 8) * r0, u03 = load<f32>(d, 12) * r0;
  const p1 = load<f32>(d, 36) - u01 * u01;
  if (!isPivot(p1)) return false;
  const r1: f32 = 1 / sqrt<f32>(p1);
  const u12 = (load<f32>(d, 40) - u01 * u02) * r1, u13 = (load<f32>(d, 44) - u01 * u03) * r1;
  const p2 = load<f32>(d, 72) - u02 * u02 - u12 * u12;
  if (!isPivot(p2)) return false;
  const r2: f32 = 1 / sqrt<f32>(p2);
  const u23 = (load<f32>(d, 76) - u02 * u03 - u12 * u13) * r2;
  const p3 = load<f32>(d, 108) - u03 * u03 - u13 * u13 - u23 * u23;
  if (!isPivot(p3)) return false;
  store<f32>(d, r0); store<f32>(d, u01, 4); store<f32>(d, u02, 8); store<f32>(d, u03, 12);
  store<f32>(d, r1, 36); store<f32>(d, u12, 40); store<f32>(d, u13, 44);
  store<f32>(d, r2, 72); store<f32>(d, u23, 76);
  store<f32>(d, 1 / sqrt<f32>(p3), 108);
  return true;
}

/** Cholesky A = U^T U of the upper triangle of a panel matrix [rank x rank], in place, 4 rows at a time; false when A is not positive definite. */
export function factor(a: usize, rank: u32): bool {
  const panelBytes = (rank as usize) * ROW;
  const panels = rank >> 3;
  for (let i: u32 = 0; i < rank; i += 4) {
    const own = a + ((i >> 3) as usize) * panelBytes + ((i & 4) as usize) * 4;
    const block = a + (i as usize) * ROW;
    for (let p = i >> 3; p < panels; p++) {
      const panel = a + (p as usize) * panelBytes;
      subtractOuter(panel + (i as usize) * ROW, own, panel, i);
    }
    if (!factorBlock(own + (i as usize) * ROW)) return false;
    finishRows(block, panelBytes, i, panels);
  }
  return true;
}

/** Solves U^T U x = b in place of b, 4 rows at a time; returns b^T A^-1 b: how far the row's loss falls below its value at x = 0. */
export function solve(u: usize, b: usize, rank: u32): f32 {
  const panelBytes = (rank as usize) * ROW;
  const panels = rank >> 3;
  let gain: f32 = 0;
  for (let k: u32 = 0; k < rank; k += 4) {
    const own = u + ((k >> 3) as usize) * panelBytes + ((k & 4) as usize) * 4;
    const d = own + (k as usize) * ROW;
    const at = b + ((k as usize) << 2);
    const rest = f32x4.sub(v128.load(at), sumRows(own, b, k));
    const y0 = f32x4.extract_lane(rest, 0) * load<f32>(d);
    const y1 = (f32x4.extract_lane(rest, 1) - load<f32>(d, 4) * y0) * load<f32>(d, 36);
    const y2 = (f32x4.extract_lane(rest, 2) - load<f32>(d, 8) * y0 - load<f32>(d, 40) * y1) * load<f32>(d, 72);
    const y3 = (f32x4.extract_lane(rest, 3) - load<f32>(d, 12) * y0 - load<f32>(d, 44) * y1 - load<f32>(d, 76) * y2) * load<f32>(d, 108);
    store<f32>(at, y0); store<f32>(at, y1, 4); store<f32>(at, y2, 8); store<f32>(at, y3, 12);
    gain += y0 * y0 + y1 * y1 + (y2 * y2 + y3 * y3);
  }
  for (let k: i32 = rank - 4; k >= 0; k -= 4) {
    const row = u + (k as usize) * ROW;
    const d = row + ((k >> 3) as usize) * panelBytes + ((k & 4) as usize) * 4;
    const at = b + ((k as usize) << 2);
    const rest = f32x4.sub(v128.load(at), dotRows(row, panelBytes, b, k + 4, panels));
    const x3 = f32x4.extract_lane(rest, 3) * load<f32>(d, 108);
    const x2 = (f32x4.extract_lane(rest, 2) - load<f32>(d, 76) * x3) * load<f32>(d, 72);
    const x1 = (f32x4.extract_lane(rest, 1) - load<f32>(d, 44) * x3 - load<f32>(d, 40) * x2) * load<f32>(d, 36);
    const x0 = (f32x4.extract_lane(rest, 0) - load<f32>(d, 12) * x3 - load<f32>(d, 8) * x2 - load<f32>(d, 4) * x1) * load<f32>(d);
    store<f32>(at, x0); store<f32>(at, x1, 4); store<f32>(at, x2, 8); store<f32>(at, x3, 12);
  }
  return gain;
}
