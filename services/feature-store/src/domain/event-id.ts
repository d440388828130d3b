/** Draws `count` random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

const POOL_BYTES = 8 * 512;

/**
 * Makes event ids: UUIDs of version 7, each greater than the one before (RFC 9562, method 1: a counter of 12 bits inside
 * a millisecond), so that an index on them grows at its end and a later change of the same process has the greater id.
 */
export function makeEventIds({ clock, random }: { clock: () => Date; random: RandomBytes }): () => string {
  let pool = random(0);
  let used = 0;
  let lastMs = 0;
  let counter = 0;
  return () => {
    if (used + 8 > pool.length) {
      pool = random(POOL_BYTES);
      used = 0;
    }
    const nowMs = clock().getTime();
    counter = nowMs > lastMs ? 0 : counter + 1;
    // A full counter borrows the next millisecond; a clock that goes back leaves the ids going on.
    lastMs = counter > 0xfff ? lastMs + 1 : Math.max(nowMs, lastMs);
    counter &= 0xfff;
    const tail = hexOf(pool.subarray(used, (used += 8)));
    return uuidOf(lastMs, counter, tail);
  };
}

function uuidOf(ms: number, counter: number, tail: string): string {
  const time = ms.toString(16).padStart(12, '0');
  const variant = ((Number.parseInt(tail[0]!, 16) & 0x3) | 0x8).toString(16);
  const sequence = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
