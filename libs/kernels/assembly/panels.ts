// Matrices live in panels of 8 columns: element (k, c) of a panel matrix with `rows` rows is at
// base + (c >> 3) * rows * 32 + k * 32 + (c & 7) * 4. Every inner loop then walks memory at a stride of 32 bytes, whatever the rank,
// which keeps powers of two from mapping all rows to the same cache sets.

/** Bytes of one row of a panel: 8 floats. */
export const ROW: usize = 32;

/** a * b + c, in one rounding where the engine has it. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c - a * b, in one rounding where the engine has it. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** Copies `count` rows [rank] into panels of `capacity` rows, each scaled by its factor in `scales` (no scaling when 0). */
export function packRow(source: usize, target: usize, panelBytes: usize, panels: u32, scale: f32): void {
  const s = f32x4.splat(scale);
  for (let p: u32 = 0; p < panels; p++) {
    v128.store(target, f32x4.mul(v128.load(source), s));
    v128.store(target, f32x4.mul(v128.load(source, 16), s), 16);
    source += ROW;
    target += panelBytes;
  }
}

/** C[4 x 8] += A[count x 4]^T B[count x 8], where `count` is even. This loop is where training spends its time. */
export function addOuter(c: usize, a: usize, b: usize, count: u32): void {
  let c00 = v128.load(c), c01 = v128.load(c, 16);
  let c10 = v128.load(c, 32), c11 = v128.load(c, 48);
  let c20 = v128.load(c, 64), c21 = v128.load(c, 80);
  let c30 = v128.load(c, 96), c31 = v128.load(c, 112);
  const end = a + (count as usize) * ROW;
  while (a < end) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    b0 = v128.load(b, 32); b1 = v128.load(b, 48);
    x = v128.load32_splat(a, 32);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 36);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 40);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 44);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += 64; b += 64;
  }
  v128.store(c, c00); v128.store(c, c01, 16);
  v128.store(c, c10, 32); v128.store(c, c11, 48);
  v128.store(c, c20, 64); v128.store(c, c21, 80);
  v128.store(c, c30, 96); v128.store(c, c31, 112);
}

/** C[4 x 8] -= A[count x 4]^T B[count x 8]: the same loop with the other sign, for the factorization. */
export function subtractOuter(c: usize, a: usize, b: usize, count: u32): void {
  let c00 = v128.load(c), c01 = v128.load(c, 16);
  let c10 = v128.load(c, 32), c11 = v128.load(c, 48);
  let c20 = v128.load(c, 64), c21 = v128.load(c, 80);
  let c30 = v128.load(c, 96), c31 = v128.load(c, 112);
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
  v128.store(c, c10, 32); v128.store(c, c11, 48);
  v128.store(c, c20, 64); v128.store(c, c21, 80);
  v128.store(c, c30, 96); v128.store(c, c31, 112);
}

/** Upper triangle of C[rank x rank] += P[count x rank]^T P, `count` even; P has panels of `panelBytes`. */
export function addGram(c: usize, packed: usize, panelBytes: usize, rank: u32, count: u32): void {
  const cPanelBytes = (rank as usize) * ROW;
  for (let i: u32 = 0; i < rank; i += 4) {
    const a = packed + ((i >> 3) as usize) * panelBytes + ((i & 4) as usize) * 4;
    for (let p = i >> 3; p < rank >> 3; p++) {
      addOuter(c + (p as usize) * cPanelBytes + (i as usize) * ROW, a, packed + (p as usize) * panelBytes, count);
    }
  }
}

/** target[rank] += sum over k of scales[k] * P[k]. */
export function addWeightedRows(target: usize, packed: usize, panelBytes: usize, rank: u32, scales: usize, count: u32): void {
  for (let p: u32 = 0; p < rank >> 3; p++) {
    let lo = v128.load(target), hi = v128.load(target, 16);
    let row = packed + (p as usize) * panelBytes;
    for (let k: u32 = 0; k < count; k++) {
      const s = v128.load32_splat(scales + ((k as usize) << 2));
      lo = madd(s, v128.load(row), lo);
      hi = madd(s, v128.load(row, 16), hi);
      row += ROW;
    }
    v128.store(target, lo); v128.store(target, hi, 16);
    target += ROW;
  }
}

/** The sum over k < count (a multiple of 4) of y[k] times the 4 floats of row k of one panel, which begin at `column`. */
// @ts-ignore: decorator
@inline
export function sumRows(column: usize, y: usize, count: u32): v128 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  const end = y + ((count as usize) << 2);
  while (y < end) {
    s0 = madd(v128.load32_splat(y), v128.load(column), s0);
    s1 = madd(v128.load32_splat(y, 4), v128.load(column, 32), s1);
    s2 = madd(v128.load32_splat(y, 8), v128.load(column, 64), s2);
    s3 = madd(v128.load32_splat(y, 12), v128.load(column, 96), s3);
    y += 16; column += 128;
  }
  return f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
}

/** The dot products of 4 rows that follow each other with a vector, over the columns from `from` (a multiple of 4) on. */
// @ts-ignore: decorator
@inline
export function dotRows(row: usize, panelBytes: usize, y: usize, from: u32, panels: u32): v128 {
  let s0 = f32x4.splat(0), s1 = f32x4.splat(0), s2 = f32x4.splat(0), s3 = f32x4.splat(0);
  let p = from >> 3;
  row += (p as usize) * panelBytes;
  y += (p as usize) * ROW;
  if (from & 4) {
    const x = v128.load(y, 16);
    s0 = f32x4.mul(v128.load(row, 16), x); s1 = f32x4.mul(v128.load(row, 48), x);
    s2 = f32x4.mul(v128.load(row, 80), x); s3 = f32x4.mul(v128.load(row, 112), x);
    p++; row += panelBytes; y += ROW;
  }
  for (; p < panels; p++) {
    const lo = v128.load(y), hi = v128.load(y, 16);
    s0 = madd(v128.load(row, 16), hi, madd(v128.load(row), lo, s0));
    s1 = madd(v128.load(row, 48), hi, madd(v128.load(row, 32), lo, s1));
    s2 = madd(v128.load(row, 80), hi, madd(v128.load(row, 64), lo, s2));
    s3 = madd(v128.load(row, 112), hi, madd(v128.load(row, 96), lo, s3));
    row += panelBytes; y += ROW;
  }
  // transposed, so that lane r sums row r
  const a = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), b = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const c = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), d = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  const ab = f32x4.add(a, b), cd = f32x4.add(c, d);
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
}
