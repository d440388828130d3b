import type { Part } from './blocks/part';
import { ByteReader } from './bytes';

/**
 * What is known of one entity in one view: the slots of all its features, the parts, and the latest event that reached it. Parts
 * are read from their bytes when somebody asks for them.
 */
export class EntityState {
  /** The number in the history of the last transaction that changed the state; 0 for none. */
  version: number;
  /** When the latest event happened; NEVER for none. */
  observedAtMs: number;
  readonly slots: Float64Array;
  readonly #parts: readonly Part[];
  readonly #contents: unknown[];
  readonly #packed: readonly (Buffer | undefined)[];

  constructor(given: {
    readonly version: number;
    readonly observedAtMs: number;
    readonly slots: Float64Array;
    readonly parts: readonly Part[];
    /** The bytes of each part; absent for the state of an entity that nothing is known of. */
    readonly packedParts?: readonly Buffer[];
  }) {
    this.version = given.version;
    this.observedAtMs = given.observedAtMs;
    this.slots = given.slots;
    this.#parts = given.parts;
    this.#packed = given.packedParts ?? [];
    this.#contents = new Array(given.parts.length);
  }

  /** The content of a part of the view. */
  part<T>(part: Part<T>): T {
    return this.partAt(this.#parts.indexOf(part as Part)) as T;
  }

  /** The content of the part at a place of the view. */
  partAt(index: number): unknown {
    const known = this.#contents[index];
    if (known !== undefined) return known;
    const packed = this.#packed[index];
    const part = this.#parts[index]!;
    return (this.#contents[index] = packed === undefined ? part.initial() : part.read(new ByteReader(packed)));
  }

  /** The bytes of a part that nobody has asked for, so that they can be copied as they are. */
  untouched(index: number): Buffer | undefined {
    return this.#contents[index] === undefined ? this.#packed[index] : undefined;
  }
}
