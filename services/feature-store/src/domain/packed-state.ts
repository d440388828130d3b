import type { FeatureView } from './feature-view';
import { NEVER } from './features/feature';

/**
 * What is known of one entity in one view: the slots of all its features, and the latest event that reached it.
 *
 * Packed, it is the same in PostgreSQL and in Redis, all numbers little endian:
 *
 * | bytes | what |
 * |---|---|
 * | 0..7 | schema hash of the view |
 * | 8..15 | version, Float64: grows by one with every change that is committed |
 * | 16..23 | when the latest event happened, Float64, milliseconds since 1970; -1 for never |
 * | 24.. | the slots, Float64 each, features in the order of their names |
 */
export interface EntityState {
  version: number;
  observedAtMs: number;
  readonly slots: Float64Array;
}

/** Where the slots begin. */
const HEADER_BYTES = 24;

/** How many bytes a packed state of a view has. */
export function packedLength(view: FeatureView): number {
  return HEADER_BYTES + 8 * view.slotCount;
}

/** The state of an entity that nothing is known of. */
export function initialState(view: FeatureView): EntityState {
  const slots = new Float64Array(view.slotCount);
  view.features.forEach((feature, index) => {
    slots.set(feature.initial, view.offsets[index]);
  });
  return { version: 0, observedAtMs: NEVER, slots };
}

/** Writes a state into `target` at `at`; the slots are copied as they lie in memory, so this needs a little-endian machine. */
export function packInto(view: FeatureView, state: EntityState, target: Buffer, at: number): void {
  target.write(view.schemaHash, at, 'hex');
  target.writeDoubleLE(state.version, at + 8);
  target.writeDoubleLE(state.observedAtMs, at + 16);
  target.set(new Uint8Array(state.slots.buffer, state.slots.byteOffset, state.slots.byteLength), at + HEADER_BYTES);
}

/** One packed state on its own. */
export function pack(view: FeatureView, state: EntityState): Buffer {
  const packed = Buffer.allocUnsafe(packedLength(view));
  packInto(view, state, packed, 0);
  return packed;
}

/** Reads a packed state, or undefined where another schema wrote it. */
export function unpack(view: FeatureView, packed: Buffer): EntityState | undefined {
  if (packed.length !== packedLength(view) || packed.toString('hex', 0, 8) !== view.schemaHash) return undefined;
  const slots = new Float64Array(view.slotCount);
  new Uint8Array(slots.buffer).set(packed.subarray(HEADER_BYTES));
  return { version: packed.readDoubleLE(8), observedAtMs: packed.readDoubleLE(16), slots };
}
