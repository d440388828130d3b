import { ROW, madd } from './panels';

/**
 * out[4][panels * 8] = the dot products of 4 vectors with all rows of a table. The vectors lie as `rank` rows of 32 bytes, whose first
 * 4 floats are theirs; the table as panels of 8 rows: [panel][rank][8]. `rank` is even.
 */
export function dotProducts(vectors: usize, table: usize, rank: u32, panels: u32, out: usize): void {
  const outRow = (panels as usize) * ROW;
  const end = vectors + (rank as usize) * ROW;
  let b = table;
  for (let p: u32 = 0; p < panels; p++) {
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    for (let a = vectors; a < end; a += 64) {
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
      b += 64;
    }
    let to = out + (p as usize) * ROW;
    v128.store(to, c00); v128.store(to, c01, 16); to += outRow;
    v128.store(to, c10); v128.store(to, c11, 16); to += outRow;
    v128.store(to, c20); v128.store(to, c21, 16); to += outRow;
    v128.store(to, c30); v128.store(to, c31, 16);
  }
}
