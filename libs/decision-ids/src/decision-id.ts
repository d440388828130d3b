/**
 * A UUID of version 7 (RFC 9562): ids that were made later sort later. `random` gives 10 bytes of randomness.
 *
 * @example decisionIdAt(clock(), randomBytes(10))
 */
export function decisionIdAt(now: Date, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  const ms = now.getTime();
  // 48 bits of milliseconds do not fit into JavaScript's 32-bit shifts, so the upper 16 come by division.
  const upper = Math.floor(ms / 2 ** 32);
  const lower = ms >>> 0;
  bytes.set([upper >>> 8, upper, lower >>> 24, lower >>> 16, lower >>> 8, lower]);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const DECISION_ID = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** When the decision of an id was made, in milliseconds since 1970; undefined for what is no id of a decision. */
export function decidedAtMs(decisionId: string): number | undefined {
  const [, upper, lower] = DECISION_ID.exec(decisionId) ?? [];
  return upper === undefined ? undefined : Number.parseInt(`${upper}${lower}`, 16);
}
