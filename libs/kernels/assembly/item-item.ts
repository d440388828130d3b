// Products of a sparse matrix of users and items with itself, the inverse of such a product, and scores by it. All addresses are
// bytes in the one memory that the host lays out (src/item-item-memory.ts); there is no allocator here.
//
// The sparse matrix lies there by user (`offsets`, `items`, a value per entry) and by item (`itemOffsets`; `positions` says where an
// item's entries are in the order by user, `users` whose they are).
export { invertPivots, packPivots, scalePivots, updateTile } from './dense-sweep';
export { regressionBytes, regressItems } from './neighbor-regression';

/**
 * Rows begin .. end of the upper triangle of X^T X into a row-major matrix of `columns` floats per row; what is below the diagonal
 * becomes 0.
 */
export function gramRows(
  begin: u32, end: u32, offsets: usize, items: usize, values: usize, itemOffsets: usize, users: usize, positions: usize,
  a: usize, stride: usize, columns: u32,
): void {
  for (let item = begin; item < end; item++) {
    const row = a + (item as usize) * stride;
    memory.fill(row, 0, (columns as usize) << 2);
    const last = load<u32>(itemOffsets + ((item as usize) << 2) + 4);
    for (let e = load<u32>(itemOffsets + ((item as usize) << 2)); e < last; e++) {
      const user = load<u32>(users + ((e as usize) << 2));
      // items of a user ascend, so from this entry on they are on or above the diagonal
      const first = load<u32>(positions + ((e as usize) << 2));
      const stop = load<u32>(offsets + ((user as usize) << 2) + 4);
      const own = load<f32>(values + ((first as usize) << 2));
      for (let p = first; p < stop; p++) {
        const to = row + ((load<u32>(items + ((p as usize) << 2)) as usize) << 2);
        store<f32>(to, load<f32>(to) + own * load<f32>(values + ((p as usize) << 2)));
      }
    }
  }
}

/**
 * The `k` items most similar to each of the items begin .. end: similarity(i, j) = sum over users of left(i) right(j), divided by
 * (norms[i] norms[j] + shrink). Item i's answer is in places i * k .. of `outItems` and `outScores`, best first (among equals the lower index); unused
 * places have the item -1. `sums` [item count] must be zeros and is so again afterwards; `touched` has place for all items.
 */
export function nearestItems(
  begin: u32, end: u32, offsets: usize, items: usize, left: usize, right: usize, itemOffsets: usize, users: usize, positions: usize,
  norms: usize, shrink: f32, k: u32, outItems: usize, outScores: usize, sums: usize, touched: usize,
): void {
  for (let item = begin; item < end; item++) {
    const count = addCooccurrences(item, offsets, items, left, right, itemOffsets, users, positions, sums, touched);
    const keptItems = outItems + (item as usize) * (k as usize) * 4;
    const keptScores = outScores + (item as usize) * (k as usize) * 4;
    const own = load<f32>(norms + ((item as usize) << 2));
    let kept: u32 = 0;
    for (let t: u32 = 0; t < count; t++) {
      const other = load<u32>(touched + ((t as usize) << 2));
      const at = (other as usize) << 2;
      const score = load<f32>(sums + at) / (own * load<f32>(norms + at) + shrink);
      store<f32>(sums + at, 0);
      if (other == item) continue;
      if (kept < k) siftUp(keptItems, keptScores, kept++, other, score);
      else if (isBetter(score, other, load<f32>(keptScores), load<u32>(keptItems))) siftDown(keptItems, keptScores, k, other, score);
    }
    sortKept(keptItems, keptScores, kept);
    for (; kept < k; kept++) {
      store<i32>(keptItems + ((kept as usize) << 2), -1);
      store<f32>(keptScores + ((kept as usize) << 2), 0);
    }
  }
}

/** Adds left(item, user) right(other, user) over the users of an item into `sums`; returns how many items were touched. */
function addCooccurrences(
  item: u32, offsets: usize, items: usize, left: usize, right: usize, itemOffsets: usize, users: usize, positions: usize,
  sums: usize, touched: usize,
): u32 {
  let count: u32 = 0;
  const last = load<u32>(itemOffsets + ((item as usize) << 2) + 4);
  for (let e = load<u32>(itemOffsets + ((item as usize) << 2)); e < last; e++) {
    const user = load<u32>(users + ((e as usize) << 2));
    const own = load<f32>(left + ((load<u32>(positions + ((e as usize) << 2)) as usize) << 2));
    const stop = load<u32>(offsets + ((user as usize) << 2) + 4);
    for (let p = load<u32>(offsets + ((user as usize) << 2)); p < stop; p++) {
      const other = load<u32>(items + ((p as usize) << 2));
      const to = sums + ((other as usize) << 2);
      const sum = load<f32>(to);
      if (sum == 0) store<u32>(touched + ((count++ as usize) << 2), other);
      store<f32>(to, sum + own * load<f32>(right + ((p as usize) << 2)));
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function isBetter(score: f32, item: u32, otherScore: f32, otherItem: u32): bool {
  return score > otherScore || (score == otherScore && item < otherItem);
}

// @ts-ignore: decorator
@inline
function put(items: usize, scores: usize, at: u32, item: u32, score: f32): void {
  store<u32>(items + ((at as usize) << 2), item);
  store<f32>(scores + ((at as usize) << 2), score);
}

/** Adds to a heap of `size`, whose root is the worst of what is kept. */
function siftUp(items: usize, scores: usize, size: u32, item: u32, score: f32): void {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const p = (parent as usize) << 2;
    if (!isBetter(load<f32>(scores + p), load<u32>(items + p), score, item)) break;
    put(items, scores, at, load<u32>(items + p), load<f32>(scores + p));
    at = parent;
  }
  put(items, scores, at, item, score);
}

/** Replaces the root of a heap of `size`. */
function siftDown(items: usize, scores: usize, size: u32, item: u32, score: f32): void {
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let c = (child as usize) << 2;
    if (child + 1 < size && isBetter(load<f32>(scores + c), load<u32>(items + c), load<f32>(scores + c + 4), load<u32>(items + c + 4))) {
      child++;
      c += 4;
    }
    if (!isBetter(score, item, load<f32>(scores + c), load<u32>(items + c))) break;
    put(items, scores, at, load<u32>(items + c), load<f32>(scores + c));
    at = child;
  }
  put(items, scores, at, item, score);
}

/** Turns the heap into a list, best first: the worst goes to the end again and again. */
function sortKept(items: usize, scores: usize, size: u32): void {
  for (let end = size; end > 1; end--) {
    const last = ((end - 1) as usize) << 2;
    const item = load<u32>(items + last);
    const score = load<f32>(scores + last);
    put(items, scores, end - 1, load<u32>(items), load<f32>(scores));
    siftDown(items, scores, end - 1, item, score);
  }
}

/**
 * Rows begin .. end (of the upper triangle, and what mirrors them below it) of minus an inverse P become B = I - P diag(1 / diag P)
 * (Steck 2019, equation 8): B(i, j) = -P(i, j) / P(j, j), 0 on the diagonal. `diagonal` has the diagonal of P.
 */
export function finishWeights(begin: u32, end: u32, n: u32, a: usize, stride: usize, diagonal: usize): void {
  const TILE: u32 = 32;
  for (let from = begin & ~(TILE - 1); from < n; from += TILE) {
    const to = min(n, from + TILE);
    for (let i = begin; i < end; i++) {
      const row = a + (i as usize) * stride;
      const own: f32 = 1.0 / load<f32>(diagonal + ((i as usize) << 2));
      for (let j = max(from, i + 1); j < to; j++) {
        const at = row + ((j as usize) << 2);
        const value = load<f32>(at);
        store<f32>(at, value / load<f32>(diagonal + ((j as usize) << 2)));
        store<f32>(a + (j as usize) * stride + ((i as usize) << 2), value * own);
      }
      if (i >= from && i < to) store<f32>(row + ((i as usize) << 2), 0);
    }
  }
}

/** Rows begin .. end of minus a symmetric matrix, of which there is the upper triangle, become the full matrix without the minus. */
export function mirrorNegated(begin: u32, end: u32, n: u32, a: usize, stride: usize): void {
  const TILE: u32 = 32;
  for (let from = begin & ~(TILE - 1); from < n; from += TILE) {
    const to = min(n, from + TILE);
    for (let i = begin; i < end; i++) {
      const row = a + (i as usize) * stride;
      for (let j = max(from, i); j < to; j++) {
        const value = -load<f32>(row + ((j as usize) << 2));
        store<f32>(row + ((j as usize) << 2), value);
        store<f32>(a + (j as usize) * stride + ((i as usize) << 2), value);
      }
    }
  }
}

/** Floats of a row of scores that are summed before going on: they stay in a first-level cache. */
const CHUNK: u32 = 2048;

/** out[columns] = the sum of weights[e] times row items[e] of a row-major matrix. `columns` is a multiple of 4. */
export function addRows(out: usize, columns: u32, a: usize, stride: usize, items: usize, weights: usize, count: u32): void {
  memory.fill(out, 0, (columns as usize) << 2);
  for (let from: u32 = 0; from < columns; from += CHUNK) {
    const to = out + ((min(columns, from + CHUNK) as usize) << 2);
    const start = (from as usize) << 2;
    let e: u32 = 0;
    for (; e + 4 <= count; e += 4) {
      const at = (e as usize) << 2;
      const w0 = v128.load32_splat(weights + at), w1 = v128.load32_splat(weights + at + 4);
      const w2 = v128.load32_splat(weights + at + 8), w3 = v128.load32_splat(weights + at + 12);
      let r0 = a + (load<u32>(items + at) as usize) * stride + start;
      let r1 = a + (load<u32>(items + at + 4) as usize) * stride + start;
      let r2 = a + (load<u32>(items + at + 8) as usize) * stride + start;
      let r3 = a + (load<u32>(items + at + 12) as usize) * stride + start;
      for (let p = out + start; p < to; p += 16) {
        const first = f32x4.add(f32x4.mul(w0, v128.load(r0)), f32x4.mul(w1, v128.load(r1)));
        const second = f32x4.add(f32x4.mul(w2, v128.load(r2)), f32x4.mul(w3, v128.load(r3)));
        v128.store(p, f32x4.add(v128.load(p), f32x4.add(first, second)));
        r0 += 16; r1 += 16; r2 += 16; r3 += 16;
      }
    }
    for (; e < count; e++) {
      const at = (e as usize) << 2;
      const w = v128.load32_splat(weights + at);
      let r = a + (load<u32>(items + at) as usize) * stride + start;
      for (let p = out + start; p < to; p += 16) {
        v128.store(p, f32x4.add(v128.load(p), f32x4.mul(w, v128.load(r))));
        r += 16;
      }
    }
  }
}
