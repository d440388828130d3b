// Regressions of every item on its nearest items alone: what is left of an item-item regression when the whole Gramian does not fit.
import { factor, solve } from './cholesky';
import { ROW } from './panels';

/** Bytes that one thread needs for regressions on `k` neighbours (a multiple of 8): the equations and their right-hand side. */
export function regressionBytes(k: u32): u32 {
  return k * k * 4 + k * 4;
}

/**
 * For the items j of begin .. end: solves (G_NN + ridge) w = G_Nj, N the first k (a multiple of 8) of j's nearest items, and writes w into places j * k .. of
 * `out`. Item i's `width` nearest items are in `items` (-1: none), the entries of the Gramian, divided by norms[i] norms[j], in `scores`; a pair that is in
 * neither item's list counts as 0. `diagonal` has G_ii + ridge_i. `marks` [item count] must be zeros and is so again afterwards.
 * Returns how many items needed a larger ridge, because pairs were missing.
 */
export function regressItems(
  begin: u32, end: u32, width: u32, items: usize, scores: usize, norms: usize, diagonal: usize, k: u32, out: usize,
  marks: usize, scratch: usize,
): u32 {
  let raised: u32 = 0;
  const right = scratch + (k as usize) * (k as usize) * 4;
  for (let item = begin; item < end; item++) {
    const own = items + (item as usize) * (width as usize) * 4;
    let count: u32 = 0;
    while (count < k && count < width && load<i32>(own + ((count as usize) << 2)) >= 0) {
      store<u32>(marks + ((load<u32>(own + ((count as usize) << 2)) as usize) << 2), count + 1);
      count++;
    }
    let extra: f32 = 0;
    for (;;) {
      fillEquations(count, width, items, scores, norms, diagonal, k, marks, scratch, own, extra);
      if (factor(scratch, k)) break;
      if (extra == 0) raised++;
      extra = max<f32>(4 * extra, 0.1);
    }
    fillRight(item, count, width, scores, norms, k, right, own);
    solve(scratch, right, k);
    memory.copy(out + (item as usize) * (k as usize) * 4, right, (k as usize) << 2);
    for (let p: u32 = 0; p < count; p++) store<u32>(marks + ((load<u32>(own + ((p as usize) << 2)) as usize) << 2), 0);
  }
  return raised;
}

/** G_NN + (1 + extra) times the ridge's diagonal, and the identity where there are fewer than k neighbours. */
function fillEquations(
  count: u32, width: u32, items: usize, scores: usize, norms: usize, diagonal: usize, k: u32, marks: usize, matrix: usize, own: usize, extra: f32,
): void {
  const panelBytes = (k as usize) * ROW;
  memory.fill(matrix, 0, (k as usize) * (k as usize) * 4);
  for (let p: u32 = 0; p < k; p++) {
    const at = matrix + ((p >> 3) as usize) * panelBytes + (p as usize) * ROW + ((p & 7) as usize) * 4;
    if (p >= count) {
      store<f32>(at, 1);
      continue;
    }
    const a = load<u32>(own + ((p as usize) << 2));
    store<f32>(at, load<f32>(diagonal + ((a as usize) << 2)) * (1 + extra));
    const near = (a as usize) * (width as usize) * 4;
    const norm = load<f32>(norms + ((a as usize) << 2));
    for (let t: u32 = 0; t < width; t++) {
      const b = load<i32>(items + near + ((t as usize) << 2));
      if (b < 0) break;
      const mark = load<u32>(marks + ((b as usize) << 2));
      if (mark == 0) continue;
      const q = mark - 1;
      const row = min(p, q), column = max(p, q);
      const entry = load<f32>(scores + near + ((t as usize) << 2)) * norm * load<f32>(norms + ((b as usize) << 2));
      store<f32>(matrix + ((column >> 3) as usize) * panelBytes + (row as usize) * ROW + ((column & 7) as usize) * 4, entry);
    }
  }
}

function fillRight(item: u32, count: u32, width: u32, scores: usize, norms: usize, k: u32, right: usize, own: usize): void {
  memory.fill(right, 0, (k as usize) << 2);
  const from = scores + (item as usize) * (width as usize) * 4;
  const norm = load<f32>(norms + ((item as usize) << 2));
  for (let p: u32 = 0; p < count; p++) {
    const a = load<u32>(own + ((p as usize) << 2));
    store<f32>(right + ((p as usize) << 2), load<f32>(from + ((p as usize) << 2)) * norm * load<f32>(norms + ((a as usize) << 2)));
  }
}
