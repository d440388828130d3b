import type { Part } from './blocks/part';
import { ByteReader } from './bytes';

/**
 * What is known of one entity in one view: the slots of all its features, the parts, and the latest event that reached it. Parts
 * and slots are read from their bytes when somebody asks for them.
 */
export class EntityState {
  /** The number in the history of the last transaction that changed the state; 0 for none. */
  version: number;
  /** When the latest event happened; NEVER for none. */
  observedAtMs: number;
  readonly #readSlots: () => Float64Array;
  #slots: Float64Array | undefined;
  readonly #parts: readonly Part[];
  readonly #contents: unknown[];
  /** The bytes of each part as they were read; undefined for one that has changed since, or that was never packed. */
  readonly #packedParts: (Buffer | undefined)[];
  #packed: Buffer | undefined;
  #packedVersion = Number.NaN;
  #changes = 0;

  constructor(given: {
    readonly version: number;
    readonly observedAtMs: number;
    /** Called when somebody asks for the slots. */
    readonly readSlots: () => Float64Array;
    readonly parts: readonly Part[];
    /** The bytes of each part; absent for the state of an entity that nothing is known of. */
    readonly packedParts?: readonly Buffer[];
  }) {
    this.version = given.version;
    this.observedAtMs = given.observedAtMs;
    this.#readSlots = given.readSlots;
    this.#parts = given.parts;
    this.#packedParts = [...(given.packedParts ?? [])];
    this.#contents = new Array(given.parts.length);
  }

  /** The numbers of all features of the view. */
  get slots(): Float64Array {
    return (this.#slots ??= this.#readSlots());
  }

  /** The content of a part of the view. */
  part<T>(part: Part<T>): T {
    return this.partAt(this.#parts.indexOf(part as Part)) as T;
  }

  /** The content of the part at a place of the view. Whoever changes it calls `partChanged`. */
  partAt(index: number): unknown {
    const known = this.#contents[index];
    if (known !== undefined) return known;
    const packed = this.#packedParts[index];
    const part = this.#parts[index]!;
    return (this.#contents[index] = packed === undefined ? part.initial() : part.read(new ByteReader(packed)));
  }

  /** Says that the content of a part is not what was read any more. */
  partChanged(index: number): void {
    this.#packedParts[index] = undefined;
  }

  /** The bytes of a part that has not changed since they were read. */
  packedPart(index: number): Buffer | undefined {
    return this.#packedParts[index];
  }

  /** Says that slots or parts are not what was packed any more. */
  changed(): void {
    this.#packed = undefined;
    this.#changes++;
  }

  /** How often slots or parts have changed: what was computed from them holds as long as this is the same. */
  get changes(): number {
    return this.#changes;
  }

  /** The bytes of the state where it was packed as it is now; both the store and the projection want them. */
  get packed(): Buffer | undefined {
    return this.#packedVersion === this.version ? this.#packed : undefined;
  }

  /** Keeps the bytes of the state as it is now. */
  keepPacked(packed: Buffer): Buffer {
    this.#packed = packed;
    this.#packedVersion = this.version;
    return packed;
  }
}
