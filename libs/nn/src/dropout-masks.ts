import { seededUniform } from '@attune/kernels';
import { seedFor } from './initializer';

const SMALLEST_POOL = 1 << 17;
/** Windows begin at whole cache lines. */
const ALIGNMENT = 16;

/**
 * Masks of dropout, the same for the same seed, step and size in every engine. Drawing a million numbers a step costs more than the
 * layers that they go to, so a mask is a window into a pool of numbers that is drawn once; where the window lies is drawn for each mask
 * and step. A pool is at least four times as long as the mask and has thousands of windows, so that a unit meets other draws at each step.
 */
export class DropoutMasks {
  readonly #pools = new Map<string, Float32Array>();

  constructor(private readonly seed: number) {}

  /** [size]: 0 with probability `rate`, else 1 / (1 - rate). A view: read it, do not write. */
  mask({ name, rate }: { readonly name: string; readonly rate: number }, size: number, step: number): Float32Array {
    const pool = this.#poolOf(rate, size);
    const places = Math.floor((pool.length - size) / ALIGNMENT) + 1;
    const at = Math.floor(seededUniform(seedFor(`${name}@${step}`, this.seed))() * places) * ALIGNMENT;
    return pool.subarray(at, at + size);
  }

  #poolOf(rate: number, size: number): Float32Array {
    let length = SMALLEST_POOL;
    while (length < 4 * size) length *= 2;
    const key = `${rate}/${length}`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const uniform = seededUniform(seedFor(key, this.seed));
    const pool = new Float32Array(length);
    const kept = 1 / (1 - rate);
    for (let i = 0; i < length; i++) pool[i] = uniform() < rate ? 0 : kept;
    this.#pools.set(key, pool);
    return pool;
  }
}
