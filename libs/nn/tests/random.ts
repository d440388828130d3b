import { seededNormal } from '@attune/kernels';

/** `size` standard normal numbers. */
export function normals(size: number, seed: number): Float32Array<ArrayBuffer> {
  const normal = seededNormal(seed);
  return Float32Array.from({ length: size }, () => normal());
}

/** `size` labels, 0 or 1, about half of each. */
export function labels(size: number, seed: number): Float32Array<ArrayBuffer> {
  return normals(size, seed).map((x) => (x > 0 ? 1 : 0));
}

/** The largest |a - b| / max(1, |b|). */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} numbers are compared with ${b.length}`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!) / Math.max(1, Math.abs(b[i]!)));
  return worst;
}
