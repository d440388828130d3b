const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;

/** The murmur2 hash that Kafka's own clients use for keys, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = SEED ^ length;
  const aligned = length & ~3;
  for (let i = 0; i < aligned; i += 4) {
    let word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word ^= word >>> 24;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
  }
  const rest = length & 3;
  if (rest === 3) hash ^= bytes[aligned + 2]! << 16;
  if (rest >= 2) hash ^= bytes[aligned + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[aligned]!, MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

// keys are short: one buffer serves all of them, because the hash is done before anything else can write to it
const encoder = new TextEncoder();
const scratch = new Uint8Array(1024);

/**
 * The partition of a key: the same in both adapters, and the same as Kafka's Java clients choose, so that a producer of another
 * make puts a key where ours does. Frozen by golden vectors: changing it breaks the order of every key in every log.
 */
export function partitionOf(key: string, partitions: number): number {
  if (partitions === 1) return 0;
  const small = key.length * 3 <= scratch.length;
  const bytes = small ? scratch.subarray(0, encoder.encodeInto(key, scratch).written) : encoder.encode(key);
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
