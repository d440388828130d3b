import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * A key of 32 bytes for one purpose (HKDF-SHA-256, RFC 5869). What is derived for one purpose tells nothing about the secret
 * or about the key of another purpose, so that one secret serves them all.
 */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `attune ${purpose}`, KEY_BYTES));
}
