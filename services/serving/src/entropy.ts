import { randomBytes } from 'node:crypto';

/** A call of the generator costs some microseconds however little it is asked for. */
const POOL_BYTES = 4_096;

/** Random bytes, so many at a time, out of a pool that is filled now and then; each is given once. */
export function makeEntropy(count: number): () => Uint8Array {
  let pool = new Uint8Array(0);
  let at = 0;
  return () => {
    if (at + count > pool.length) {
      pool = randomBytes(POOL_BYTES);
      at = 0;
    }
    at += count;
    return pool.subarray(at - count, at);
  };
}
