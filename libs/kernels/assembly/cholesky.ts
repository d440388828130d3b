import { ROW, dotRow, subtractOuter, subtractScaledRow } from './panels';

/** Rows i..i+3 right of their diagonal block: U[i+r] = (A[i+r] - sum over q < r of U[i+q][i+r] U[i+q]) / U[i+r][i+r]. */
function finishRows(block: usize, panelBytes: usize, i: u32, panels: u32): void {
  const diagonal = block + ((i >> 3) as usize) * panelBytes + ((i & 4) as usize) * 4;
  const r0 = f32x4.splat(1 / load<f32>(diagonal)), r1 = f32x4.splat(1 / load<f32>(diagonal, 36));
  const r2 = f32x4.splat(1 / load<f32>(diagonal, 72)), r3 = f32x4.splat(1 / load<f32>(diagonal, 108));
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

/** Factors the 4 x 4 block at `d` (row stride 32 bytes) in place; false when a pivot is not a positive finite number. */
function factorBlock(d: usize): bool {
  for (let r: usize = 0; r < 4; r++) {
    const row = d + r * ROW;
    let pivot = load<f32>(row + r * 4);
    for (let q: usize = 0; q < r; q++) {
      const u = load<f32>(d + q * ROW + r * 4);
      pivot -= u * u;
    }
    // written so that NaN fails too
    if (!(pivot > 0 && pivot < f32.MAX_VALUE)) return false;
    pivot = sqrt<f32>(pivot);
    store<f32>(row + r * 4, pivot);
    for (let c = r + 1; c < 4; c++) {
      let x = load<f32>(row + c * 4);
      for (let q: usize = 0; q < r; q++) x -= load<f32>(d + q * ROW + r * 4) * load<f32>(d + q * ROW + c * 4);
      store<f32>(row + c * 4, x / pivot);
    }
  }
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

/** Solves U^T U x = b in place of b, and returns b^T A^-1 b, which is how far the row's loss falls below its value at x = 0. */
export function solve(u: usize, b: usize, rank: u32): f32 {
  const panelBytes = (rank as usize) * ROW;
  const panels = rank >> 3;
  let gain: f32 = 0;
  for (let k: u32 = 0; k < rank; k++) {
    const row = u + (k as usize) * ROW;
    const diagonal = load<f32>(row + ((k >> 3) as usize) * panelBytes + ((k & 7) as usize) * 4);
    const at = b + ((k as usize) << 2);
    const y = load<f32>(at) / diagonal;
    gain += y * y;
    const p = k >> 3;
    // the rest of the row's own panel, then whole panels
    for (let c = k + 1; c < (p << 3) + 8; c++) {
      const to = b + ((c as usize) << 2);
      store<f32>(to, load<f32>(to) - y * load<f32>(row + (p as usize) * panelBytes + ((c & 7) as usize) * 4));
    }
    store<f32>(at, y);
    subtractScaledRow(b, row, panelBytes, p + 1, panels, y);
  }
  for (let k: i32 = rank - 1; k >= 0; k--) {
    const row = u + (k as usize) * ROW;
    const p = (k >> 3) as u32;
    const own = row + (p as usize) * panelBytes;
    const at = b + ((k as usize) << 2);
    let x = load<f32>(at) - dotRow(row, panelBytes, b, p + 1, panels);
    for (let c = (k as u32) + 1; c < (p << 3) + 8; c++) {
      x -= load<f32>(own + ((c & 7) as usize) * 4) * load<f32>(b + ((c as usize) << 2));
    }
    store<f32>(at, x / load<f32>(own + ((k & 7) as usize) * 4));
  }
  return gain;
}
