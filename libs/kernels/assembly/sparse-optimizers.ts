// Optimizers over the rows of an embedding table that a batch touched. All addresses are bytes in the one memory that the host
// lays out (src/sparse-table-memory.ts). Rows have no padding: four floats at a time, then what is left of a row one by one.
// Source of each rule: Adam, Kingma and Ba 2015, algorithm 1; Adagrad, Duchi, Hazan and Singer 2011, figure 1 with a diagonal
// matrix; weight decay apart from the gradient, Loshchilov and Hutter 2019, algorithm 2.

/** Exponents are looked up as beta^(low bits) * beta^(high bits); the tables are doubles, low ones first. */
const LOW_BITS: u32 = 10;
const LOW: u32 = 1 << LOW_BITS;
const HIGH: u32 = 4096;

/** 0 when all of indices[count] are rows of the table, else 1 + the first position that is not. */
export function badIndex(indices: usize, count: u32, rows: u32): u32 {
  for (let i: u32 = 0; i < count; i++) {
    if (load<u32>(indices + ((i as usize) << 2)) >= rows) return i + 1;
  }
  return 0;
}

/** out[count x width] = the rows of the table at indices[count]. */
export function gatherRows(table: usize, indices: usize, count: u32, width: u32, out: usize): void {
  const rowBytes = (width as usize) << 2;
  for (let i: u32 = 0; i < count; i++) {
    const source = table + (load<u32>(indices + ((i as usize) << 2)) as usize) * rowBytes;
    copyRow(source, out, rowBytes);
    out += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function copyRow(source: usize, target: usize, bytes: usize): void {
  const end = source + (bytes & ~15);
  const last = source + bytes;
  while (source < end) {
    v128.store(target, v128.load(source));
    source += 16; target += 16;
  }
  while (source < last) {
    store<f32>(target, load<f32>(source));
    source += 4; target += 4;
  }
}

/**
 * Sums gradients of the same row into the place of its first appearance, in the order of the batch, and writes those places to
 * `first`; returns how many there are. `seen` has one number per row of the table, all zero before and after.
 */
export function sumDuplicates(
  indices: usize, count: u32, width: u32, gradients: usize, seen: usize, first: usize,
): u32 {
  const rowBytes = (width as usize) << 2;
  let unique: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const mark = seen + ((load<u32>(indices + ((i as usize) << 2)) as usize) << 2);
    const place = load<u32>(mark);
    if (place == 0) {
      store<u32>(mark, i + 1);
      store<u32>(first + ((unique as usize) << 2), i);
      unique++;
    } else {
      addRow(gradients + ((place - 1) as usize) * rowBytes, gradients + (i as usize) * rowBytes, rowBytes);
    }
  }
  for (let u: u32 = 0; u < unique; u++) {
    const i = load<u32>(first + ((u as usize) << 2)) as usize;
    store<u32>(seen + ((load<u32>(indices + (i << 2)) as usize) << 2), 0);
  }
  return unique;
}

// @ts-ignore: decorator
@inline
function addRow(target: usize, source: usize, bytes: usize): void {
  const end = source + (bytes & ~15);
  const last = source + bytes;
  while (source < end) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
    source += 16; target += 16;
  }
  while (source < last) {
    store<f32>(target, load<f32>(target) + load<f32>(source));
    source += 4; target += 4;
  }
}

/** Whether the square of each of `count` floats is finite: what is not gives NaN when it is multiplied by zero. */
export function squaresAreFinite(x: usize, count: u32): bool {
  const zero = f32x4.splat(0);
  const whole = x + ((count & ~15) as usize) * 4;
  const end = x + ((count & ~3) as usize) * 4;
  const last = x + (count as usize) * 4;
  // four sums, since each addition waits for the one before it
  let a = zero, b = zero, c = zero, d = zero;
  for (; x < whole; x += 64) {
    let v = v128.load(x);
    a = f32x4.add(a, f32x4.mul(f32x4.mul(v, v), zero));
    v = v128.load(x, 16);
    b = f32x4.add(b, f32x4.mul(f32x4.mul(v, v), zero));
    v = v128.load(x, 32);
    c = f32x4.add(c, f32x4.mul(f32x4.mul(v, v), zero));
    v = v128.load(x, 48);
    d = f32x4.add(d, f32x4.mul(f32x4.mul(v, v), zero));
  }
  for (; x < end; x += 16) {
    const v = v128.load(x);
    a = f32x4.add(a, f32x4.mul(f32x4.mul(v, v), zero));
  }
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  let rest: f32 = 0;
  while (x < last) {
    const v = load<f32>(x);
    rest += v * v * 0;
    x += 4;
  }
  return rest == 0 && v128.all_true<i32>(f32x4.eq(sum, zero));
}

// `decay` pulls a row to zero beside its step (w -= lr decay w), `l2` as a part of its gradient (g + l2 w).

/** w -= lr (g + l2 w + decay w), for the rows at indices[first[0..unique]]. */
export function sgdRows(
  first: usize, unique: u32, indices: usize, gradients: usize, width: u32, values: usize, lr: f64, decay: f64, l2: f64,
): void {
  const rowBytes = (width as usize) << 2;
  const keep = (1 - lr * (decay + l2)) as f32;
  const rate = lr as f32;
  for (let u: u32 = 0; u < unique; u++) {
    const i = load<u32>(first + ((u as usize) << 2)) as usize;
    let g = gradients + i * rowBytes;
    let w = values + (load<u32>(indices + (i << 2)) as usize) * rowBytes;
    const end = g + (rowBytes & ~15);
    const last = g + rowBytes;
    for (; g < end; g += 16, w += 16) {
      const kept = f32x4.mul(v128.load(w), f32x4.splat(keep));
      v128.store(w, f32x4.sub(kept, f32x4.mul(v128.load(g), f32x4.splat(rate))));
    }
    for (; g < last; g += 4, w += 4) store<f32>(w, load<f32>(w) * keep - load<f32>(g) * rate);
  }
}

/** g += l2 w; s += g^2; w -= lr (g / (sqrt(s) + epsilon) + decay w), for the rows at indices[first[0..unique]]. */
export function adagradRows(
  first: usize, unique: u32, indices: usize, gradients: usize, width: u32, values: usize, squares: usize,
  lr: f64, epsilon: f32, decay: f64, l2: f32,
): void {
  const rowBytes = (width as usize) << 2;
  const keep = (1 - lr * decay) as f32;
  const rate = lr as f32;
  for (let u: u32 = 0; u < unique; u++) {
    const i = load<u32>(first + ((u as usize) << 2)) as usize;
    let g = gradients + i * rowBytes;
    const row = (load<u32>(indices + (i << 2)) as usize) * rowBytes;
    let w = values + row;
    let s = squares + row;
    const end = g + (rowBytes & ~15);
    const last = g + rowBytes;
    for (; g < end; g += 16, w += 16, s += 16) {
      const weight = v128.load(w);
      const x = f32x4.add(v128.load(g), f32x4.mul(weight, f32x4.splat(l2)));
      const sum = f32x4.add(v128.load(s), f32x4.mul(x, x));
      v128.store(s, sum);
      const step = f32x4.div(f32x4.mul(x, f32x4.splat(rate)), f32x4.add(f32x4.sqrt(sum), f32x4.splat(epsilon)));
      v128.store(w, f32x4.sub(f32x4.mul(weight, f32x4.splat(keep)), step));
    }
    for (; g < last; g += 4, w += 4, s += 4) {
      const x = load<f32>(g) + load<f32>(w) * l2;
      const sum = load<f32>(s) + x * x;
      store<f32>(s, sum);
      store<f32>(w, load<f32>(w) * keep - (x * rate) / (sqrt<f32>(sum) + epsilon));
    }
  }
}

// @ts-ignore: decorator
@inline
function power(table: usize, exponent: u32): f64 {
  const high = min(exponent >> LOW_BITS, HIGH - 1);
  return load<f64>(table + (((exponent & (LOW - 1)) as usize) << 3)) * load<f64>(table + (((LOW + high) as usize) << 3));
}

/** Bytes of the powers of one beta. */
export function powerBytes(): u32 {
  return (LOW + HIGH) * 8;
}

/** Fills the powers of beta: beta^0 to beta^(LOW - 1), then beta^(LOW k). */
export function fillPowers(table: usize, beta: f64): void {
  let p: f64 = 1;
  for (let e: u32 = 0; e < LOW; e++, p *= beta) store<f64>(table + ((e as usize) << 3), p);
  const factor = p;
  p = 1;
  for (let k: u32 = 0; k < HIGH; k++, p *= factor) store<f64>(table + (((LOW + k) as usize) << 3), p);
}

/** Asks for a row ahead of its use: rows of a batch lie anywhere, and memory is slower than the arithmetic. */
// @ts-ignore: decorator
@inline
function touch(row: usize, bytes: usize): void {
  for (const end = row + bytes; row < end; row += 64) load<u8>(row);
}

/**
 * Adam for the rows at indices[first[0..unique]]. Each row has a clock of its own, the number of its updates in `updates` (a float):
 * its moments move, and are corrected for their start at zero, as if the steps that missed it had not been. A row of `moments`
 * [2 x width] has the first moments, then the second ones: they lie together, since rows far apart cost a page walk each.
 */
export function adamRows(
  first: usize, unique: u32, indices: usize, gradients: usize, width: u32, values: usize, moments: usize,
  updates: usize, powers1: usize, powers2: usize, lr: f64, beta1: f64, beta2: f64, epsilon: f32, decay: f64, l2: f32,
): void {
  const rowBytes = (width as usize) << 2;
  const keep = (1 - lr * decay) as f32;
  const take1 = (1 - beta1) as f32;
  const take2 = (1 - beta2) as f32;
  for (let u: u32 = 0; u < unique; u++) {
    const i = load<u32>(first + ((u as usize) << 2)) as usize;
    const index = load<u32>(indices + (i << 2)) as usize;
    if (u + 1 < unique) {
      const after = load<u32>(first + ((u as usize) << 2), 4) as usize;
      const at = (load<u32>(indices + (after << 2)) as usize) * rowBytes;
      touch(values + at, rowBytes); touch(moments + 2 * at, 2 * rowBytes);
    }
    const clock = updates + (index << 2);
    const t = load<f32>(clock) + 1;
    store<f32>(clock, t);
    const step = (lr / (1 - power(powers1, t as u32))) as f32;
    const root = (1 / sqrt<f64>(1 - power(powers2, t as u32))) as f32;
    const row = index * rowBytes;
    adamRow(
      gradients + i * rowBytes, values + row, moments + 2 * row, moments + 2 * row + rowBytes, rowBytes,
      step, root, take1, take2, epsilon, keep, l2,
    );
  }
}

// @ts-ignore: decorator
@inline
function adamRow(
  g: usize, w: usize, m: usize, s: usize, rowBytes: usize,
  step: f32, root: f32, take1: f32, take2: f32, epsilon: f32, keep: f32, l2: f32,
): void {
  const end = g + (rowBytes & ~15);
  const last = g + rowBytes;
  for (; g < end; g += 16, w += 16, m += 16, s += 16) {
    const weight = v128.load(w);
    const x = f32x4.add(v128.load(g), f32x4.mul(weight, f32x4.splat(l2)));
    let mean = v128.load(m);
    mean = f32x4.add(mean, f32x4.mul(f32x4.sub(x, mean), f32x4.splat(take1)));
    v128.store(m, mean);
    let square = v128.load(s);
    square = f32x4.add(square, f32x4.mul(f32x4.sub(f32x4.mul(x, x), square), f32x4.splat(take2)));
    v128.store(s, square);
    const scale = f32x4.add(f32x4.mul(f32x4.sqrt(square), f32x4.splat(root)), f32x4.splat(epsilon));
    const change = f32x4.div(f32x4.mul(mean, f32x4.splat(step)), scale);
    v128.store(w, f32x4.sub(f32x4.mul(weight, f32x4.splat(keep)), change));
  }
  for (; g < last; g += 4, w += 4, m += 4, s += 4) {
    const x = load<f32>(g) + load<f32>(w) * l2;
    const mean = load<f32>(m) + (x - load<f32>(m)) * take1;
    store<f32>(m, mean);
    const square = load<f32>(s) + (x * x - load<f32>(s)) * take2;
    store<f32>(s, square);
    store<f32>(w, load<f32>(w) * keep - (mean * step) / (sqrt<f32>(square) * root + epsilon));
  }
}
