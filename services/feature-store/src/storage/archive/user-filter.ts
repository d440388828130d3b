/**
 * Who may be in a file: a Bloom filter (Bloom 1970) over the keyed hashes of its users. An erasure so reads only the files that
 * hold the user and about one of a hundred others. With 10 bits per user and 7 places each, 0.8 % of those who are not in
 * a file look as if they were; nobody who is in it is ever missed. Keyed hashes are evenly spread, so their own bits are the places.
 */
const BITS_PER_USER = 10;
const PLACES = 7;

/** The filter of some users as base64. */
export function userFilterOf(userKeys: ReadonlySet<string>): string {
  const bytes = Buffer.alloc(Math.max(8, Math.ceil((userKeys.size * BITS_PER_USER) / 8)));
  for (const key of userKeys) for (const place of placesOf(key, bytes)) bytes[place >>> 3]! |= 1 << (place & 7);
  return bytes.toString('base64');
}

/** Whether a user may be in the file that a filter is of. */
export function mayHold(filter: string, userKey: string): boolean {
  const bytes = Buffer.from(filter, 'base64');
  return placesOf(userKey, bytes).every((place) => (bytes[place >>> 3]! & (1 << (place & 7))) !== 0);
}

/** Double hashing (Kirsch and Mitzenmacher 2006): each place is the first plus a multiple of the second. */
function placesOf(userKey: string, filter: Buffer): number[] {
  const bits = Buffer.alloc(16);
  bits.write(userKey, 'base64url');
  const first = bits.readUInt32LE(0);
  const step = bits.readUInt32LE(4) | 1;
  return Array.from({ length: PLACES }, (_, n) => (first + n * (step >>> 0)) % (filter.length * 8));
}
