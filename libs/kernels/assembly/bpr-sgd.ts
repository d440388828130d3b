// Stochastic gradient descent for Bayesian personalized ranking (Rendle et al. 2009). All addresses are bytes in the one memory that
// the host lays out (src/bpr-sgd.ts); vectors are rows of `rank` floats, rank a multiple of 8.
import { madd, nmadd } from './panels';

/** The next 32 random bits; the state at `rng` is two words, not both zero (xoroshiro64*, Blackman and Vigna 2018). */
// @ts-ignore: decorator
@inline
function nextBits(rng: usize): u32 {
  const a = load<u32>(rng);
  let b = load<u32>(rng, 4);
  b ^= a;
  store<u32>(rng, rotl<u32>(a, 26) ^ b ^ (b << 9));
  store<u32>(rng, rotl<u32>(b, 13), 4);
  return a * 0x9e3779bb;
}

/** A random number below `limit` (Lemire 2019 without its rejection: off by at most limit / 2^32). */
// @ts-ignore: decorator
@inline
function below(rng: usize, limit: u32): u32 {
  return <u32>((<u64>nextBits(rng) * limit) >> 32);
}

/** Whether a sorted row of `count` > 0 indices has one, by bisection without branches. */
// @ts-ignore: decorator
@inline
function has(row: usize, count: u32, index: u32): bool {
  while (count > 1) {
    const half = count >> 1;
    const middle = row + ((half as usize) << 2);
    row = select<usize>(middle, row, load<u32>(middle) <= index);
    count -= half;
  }
  return load<u32>(row) == index;
}

/** The bit of a pair in a filter of mask + 1 bits, a power of two. */
// @ts-ignore: decorator
@inline
function bitOf(mask: u32, user: u32, item: u32): u32 {
  const mixed = (user * 0x9e3779b1) ^ (item * 0x85ebca77);
  return (mixed ^ (mixed >> 15)) & mask;
}

/** Sets the bits of all entries. */
export function markPairs(entryCount: u32, rows: usize, indices: usize, filter: usize, mask: u32): void {
  for (let e: usize = 0; e < (entryCount as usize) << 2; e += 4) {
    const bit = bitOf(mask, load<u32>(rows + e), load<u32>(indices + e));
    const at = filter + ((bit >> 3) as usize);
    store<u8>(at, load<u8>(at) | (1 << (<u8>bit & 7)));
  }
}

/** False where the user surely has not chosen the item: one read instead of a bisection, for nearly all items that were not chosen. */
// @ts-ignore: decorator
@inline
function mayHave(filter: usize, mask: u32, user: u32, item: u32): bool {
  const bit = bitOf(mask, user, item);
  return ((load<u8>(filter + ((bit >> 3) as usize)) >> (bit & 7)) & 1) != 0;
}

/** e^x for |x| <= 20, to 3e-7: 2^n by its exponent's bits, times a Taylor polynomial of the rest. */
// @ts-ignore: decorator
@inline
function exp(x: f32): f32 {
  const n = nearest<f32>(x * 1.44269504);
  const r = x - n * 0.693359375 + n * 2.12194440e-4;
  const p: f32 = 1 + r * (1 + r * (0.5 + r * (0.16666667 + r * (0.041666668 + r * (0.008333334 + r * 0.0013888889)))));
  return p * reinterpret<f32>((<i32>n + 127) << 23);
}

/** p . (qi - qj) */
// @ts-ignore: decorator
@inline
function difference(p: usize, qi: usize, qj: usize, bytes: usize): f32 {
  let a = f32x4.splat(0), b = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 32) {
    a = madd(v128.load(p + at), f32x4.sub(v128.load(qi + at), v128.load(qj + at)), a);
    b = madd(v128.load(p + at, 16), f32x4.sub(v128.load(qi + at, 16), v128.load(qj + at, 16)), b);
  }
  const t = f32x4.add(a, b);
  return f32x4.extract_lane(t, 0) + f32x4.extract_lane(t, 1) + (f32x4.extract_lane(t, 2) + f32x4.extract_lane(t, 3));
}

/** One gradient step of the three vectors: `s` is learning rate times gradient, `keep` is 1 - learning rate times regularization. */
// @ts-ignore: decorator
@inline
function step(p: usize, qi: usize, qj: usize, bytes: usize, s: v128, keep: v128): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const u = v128.load(p + at), i = v128.load(qi + at), j = v128.load(qj + at);
    v128.store(p + at, madd(s, f32x4.sub(i, j), f32x4.mul(keep, u)));
    v128.store(qi + at, madd(s, u, f32x4.mul(keep, i)));
    v128.store(qj + at, nmadd(s, u, f32x4.mul(keep, j)));
  }
}

/** Pairs that are drawn before any of them is learned from, so that the reads of many draws wait for memory together. */
const BATCH: u32 = 32;

/**
 * Draws `count` pairs into `pairs`, 12 bytes each: the user, the item that the user chose and one that the user did not. Returns the
 * address behind the last one, which is less far where pairs were passed over.
 */
function drawPairs(
  count: u32, entryCount: u32, itemCount: u32, rows: usize, offsets: usize, indices: usize, filter: usize, filterMask: u32,
  rng: usize, popular: u32, pairs: usize,
): usize {
  let to = pairs;
  for (let n: u32 = 0; n < count; n++) {
    const entry = (below(rng, entryCount) as usize) << 2;
    const user = load<u32>(rows + entry) as usize;
    const first = load<u32>(offsets + (user << 2));
    const row = indices + ((first as usize) << 2);
    const length = load<u32>(offsets + (user << 2), 4) - first;
    let j: u32 = 0, tries: u32 = 0;
    do {
      const isPopular = popular > 0 && nextBits(rng) < popular;
      j = isPopular ? load<u32>(indices + ((below(rng, entryCount) as usize) << 2)) : below(rng, itemCount);
    } while (mayHave(filter, filterMask, user as u32, j) && has(row, length, j) && ++tries < 32);
    if (tries == 32) continue;
    store<u32>(to, user as u32);
    store<u32>(to, load<u32>(indices + entry), 4);
    store<u32>(to, j, 8);
    to += 12;
  }
  return to;
}

/**
 * `samples` steps on pairs (an entry of a user, an item that is none of the user's). The negative is the item of a random entry with
 * probability popular / 2^32, else any item. Returns the sum of -ln sigmoid(x_ui - x_uj) before each step. A user who has all items,
 * or a negative that is not found in 32 tries, is passed over. `pairs` has room for 32 of 12 bytes.
 */
export function bprSteps(
  samples: u32, entryCount: u32, itemCount: u32, rank: u32,
  rows: usize, offsets: usize, indices: usize, userFactors: usize, itemFactors: usize, biases: usize,
  rng: usize, pairs: usize, filter: usize, filterMask: u32, learningRate: f32, regularization: f32, biasRegularization: f32, popular: u32,
): f64 {
  const bytes = (rank as usize) << 2;
  const keep = f32x4.splat(1 - learningRate * regularization);
  const keepBias: f32 = 1 - learningRate * biasRegularization;
  let loss: f64 = 0, product: f64 = 1;
  for (let done: u32 = 0; done < samples; done += BATCH) {
    const end = drawPairs(
      min(BATCH, samples - done), entryCount, itemCount, rows, offsets, indices, filter, filterMask, rng, popular, pairs,
    );
    for (let at = pairs; at < end; at += 12) {
      const i = load<u32>(at, 4) as usize, j = load<u32>(at, 8) as usize;
      const p = userFactors + (load<u32>(at) as usize) * bytes, qi = itemFactors + i * bytes, qj = itemFactors + j * bytes;
      const bi = biases + (i << 2), bj = biases + (j << 2);
      const x = load<f32>(bi) - load<f32>(bj) + difference(p, qi, qj, bytes);
      const odds = exp(min<f32>(20, max<f32>(-20, x)));
      const gradient: f32 = 1 / (1 + odds);
      // the sum of ln sigmoid is one logarithm of a product, as long as that is far from the smallest double
      product *= <f64>(odds * gradient);
      if (product < 1e-200) { loss -= Math.log(product); product = 1; }
      const s: f32 = learningRate * gradient;
      step(p, qi, qj, bytes, f32x4.splat(s), keep);
      store<f32>(bi, keepBias * load<f32>(bi) + s);
      store<f32>(bj, keepBias * load<f32>(bj) - s);
    }
  }
  return loss - Math.log(product);
}
