import { createHash } from 'node:crypto';
import type { ModelRef } from './decision';

/** Bits of the hash that become a number: more than any share can tell apart. */
const HASH_BITS = 32;

/**
 * Whether a canary serves this user: the same answer in every process and at every request, and for each version another part of the
 * users. `share` is from 0 to 1; who is in a share is also in every larger one.
 */
export function isInCanary({ name, digest }: ModelRef, userKey: string, share: number): boolean {
  const hash = createHash('sha256').update(`${name}\n${digest}\n${userKey}`).digest().readUInt32BE(0);
  return hash / 2 ** HASH_BITS < share;
}
