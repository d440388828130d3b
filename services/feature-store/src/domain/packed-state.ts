import type { Part } from './blocks/part';
import { ByteReader, ByteWriter } from './bytes';
import { EntityState } from './entity-state';
import type { FeatureView } from './feature-view';
import { NEVER } from './features/feature';

/*
 * A packed state is the same in PostgreSQL and in Redis. Numbers are little endian; "number" and "count" are those of ByteWriter.
 *
 * | bytes | what |
 * |---|---|
 * | 0..7 | schema hash of the view |
 * | 8..15 | version, Float64 |
 * | 16..23 | when the latest event happened, Float64, milliseconds since 1970; -1 for never |
 * | then | of each part its length (count) and its bytes |
 * | then | one bit per slot, whether it differs from its initial value; the numbers of those that do, in their order |
 *
 * Most slots of most entities are as they began, so a state of hundreds of slots takes some tens of bytes.
 */
const VERSION_AT = 8;
const OBSERVED_AT = 16;
const BODY_AT = 24;

const writer = new ByteWriter();
const partWriter = new ByteWriter();

/** The state of an entity that nothing is known of. */
export function initialState(view: FeatureView): EntityState {
  return new EntityState({
    version: 0,
    observedAtMs: NEVER,
    open: () => ({ readSlots: () => new Float64Array(view.initialSlots), packedParts: [] }),
    parts: view.parts,
  });
}

/** A state as bytes; equal states give equal bytes. */
export function pack(view: FeatureView, state: EntityState): Buffer {
  if (state.packed !== undefined) return state.packed;
  writer.clear();
  writer.raw(view.schemaBytes);
  writer.double(state.version);
  writer.double(state.observedAtMs);
  view.parts.forEach((part, index) => {
    const bytes = state.packedPart(index) ?? packPart(part, state.partAt(index));
    writer.count(bytes.length);
    writer.raw(bytes);
  });
  packSlots(view, state.slots);
  return state.keepPacked(writer.copy());
}

/** The bytes of a part: valid until the next one is packed. */
function packPart(part: Part, content: unknown): Uint8Array {
  partWriter.clear();
  part.write(content, partWriter);
  return partWriter.view();
}

function packSlots({ initialSlots }: FeatureView, slots: Float64Array): void {
  for (let from = 0; from < slots.length; from += 8) {
    let bits = 0;
    const end = Math.min(from + 8, slots.length);
    for (let slot = from; slot < end; slot++) if (slots[slot] !== initialSlots[slot]) bits |= 1 << (slot - from);
    writer.byte(bits);
  }
  for (let slot = 0; slot < slots.length; slot++) {
    if (slots[slot] !== initialSlots[slot]) writer.number(slots[slot]!);
  }
}

/** Reads a packed state, or undefined where another schema wrote it. The state keeps views of the bytes. */
export function unpack(view: FeatureView, packed: Buffer): EntityState | undefined {
  if (packed.length < BODY_AT || packed.compare(view.schemaBytes, 0, 8, 0, 8) !== 0) return undefined;
  return new EntityState({
    version: packed.readDoubleLE(VERSION_AT),
    observedAtMs: packed.readDoubleLE(OBSERVED_AT),
    parts: view.parts,
    open: () => {
      const reader = new ByteReader(packed, BODY_AT);
      const packedParts = view.parts.map(() => reader.raw(reader.count()));
      return { packedParts, readSlots: () => unpackSlots(view, new ByteReader(packed, reader.at)) };
    },
  });
}

function unpackSlots({ initialSlots }: FeatureView, reader: ByteReader): Float64Array {
  const slots = new Float64Array(initialSlots);
  const bits = reader.raw(Math.ceil(slots.length / 8));
  for (let byte = 0; byte < bits.length; byte++) {
    for (let rest = bits[byte]!, slot = 8 * byte; rest !== 0; rest >>= 1, slot++) {
      if ((rest & 1) === 1) slots[slot] = reader.number();
    }
  }
  return slots;
}
