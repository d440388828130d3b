/** A seed for one epoch of a training, so that an epoch is the same whether or not the training was interrupted before it. */
export function epochSeed(seed: number, epoch: number): number {
  // the finalizer of MurmurHash3: near seeds and epochs give seeds that are far apart
  let mixed = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca77)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
