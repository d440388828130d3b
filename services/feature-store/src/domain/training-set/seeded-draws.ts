import { idHash } from '../id-hash';

/**
 * Draws that depend on the seed and a name alone, not on what was drawn for others: the same examples get the same negatives
 * however a replay is divided among threads. Numbers from 0 up to 1 (mulberry32, Ettinger 2017).
 */
export function seededDraws(seed: number, name: string): () => number {
  let state = (idHash(`${seed}\n${name}`) % 2 ** 32) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
