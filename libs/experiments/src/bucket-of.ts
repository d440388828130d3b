import { hash } from 'node:crypto';

/** 13 hexadecimal digits are 52 bits: every such number is exact in a double, so the quotient is too. */
const HEX_DIGITS = 13;
const BUCKETS = 2 ** 52;

/**
 * Where a unit lies in [0, 1) under a salt: the first 52 bits of SHA-256 over the UTF-8 bytes of salt, a line feed, and
 * the unit's id, divided by 2^52. Frozen by golden vectors: a change moves every unit of every experiment.
 *
 * SHA-256 (FIPS 180-4) because every language has it, and because different salts give independent numbers by design,
 * which hashes made for tables do not promise for inputs this alike. It costs about half a microsecond (Node's one-shot
 * `hash`). A salt has no line feed, so no two pairs of salt and id are the same text.
 */
export function bucketOf(salt: string, unitId: string): number {
  const digest = hash('sha256', `${salt}\n${unitId}`, 'hex');
  return Number.parseInt(digest.slice(0, HEX_DIGITS), 16) / BUCKETS;
}
