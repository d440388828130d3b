import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A source of randomness: 32 random bits per call, as a signed integer. */
export interface Rng {
  next(): number;
}

/** A generator for one seed. */
export function makeRng(seed: number): Rng {
  return rngFor(seed, 0, 0);
}

/**
 * The generator of one thing (stream: what kind, index: which) in the simulation of one seed. Each person and post has its
 * own, so that the tenth person is the same however many there are.
 */
export function rngFor(seed: number, stream: number, index: number): Rng {
  // seeds side by side must not give streams that look alike, so all bits are mixed into all words
  const low = mix((seed | 0) ^ mix(stream + 0x9e3779b9));
  const high = mix(Math.floor(seed / 0x1_0000_0000) ^ mix(index + 0x85ebca6b));
  const state = [mix(low ^ high), mix(low + 1), mix(high + 2), mix((low + high) | 0)];
  return state.some((word) => word !== 0) ? xoroshiro128plusFromState(state) : xoroshiro128plus(1);
}

/** The finalizer of MurmurHash3: 32 bits in, 32 well-mixed bits out. */
export function mix(value: number): number {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** Uniform in [0, 1), in steps of 2^-24, from the high bits, which are the better ones of this generator. */
export function unit(rng: Rng): number {
  return (rng.next() >>> 8) * 2 ** -24;
}

/** Standard normal, by Box and Muller. */
export function gaussian(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - unit(rng))) * Math.cos(2 * Math.PI * unit(rng));
}

/** One element, each as likely as the other. */
export function pick<T>(rng: Rng, list: readonly T[]): T {
  return list[Math.floor(unit(rng) * list.length)]!;
}

/** The running sums of weights, for `indexOfWeight`. */
export function cumulativeOf(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

/** The first index in [begin, end) whose cumulative weight exceeds `target`; `end - 1` when none does. */
export function indexOfWeight(cumulative: Float64Array, begin: number, end: number, target: number): number {
  let low = begin;
  let high = end - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
