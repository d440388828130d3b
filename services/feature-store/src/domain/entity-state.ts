import type { Part } from './blocks/part';
import { ByteReader } from './bytes';

/** What the bytes of a state hold, beside when and at which version. */
export interface StateBody {
  /** Called once, when somebody asks for the slots. */
  readonly readSlots: () => Float64Array;
  /** The bytes of each part; undefined for a part of which nothing is known. */
  readonly packedParts: (Buffer | undefined)[];
}

/**
 * What is known of one entity in one view: the slots of all its features, the parts, and the latest event that reached it. Parts
 * and slots are read from their bytes when somebody asks for them.
 */
export class EntityState {
  /** The number in the history of the last transaction that changed the state; 0 for none. */
  version: number;
  /** When the latest event happened; NEVER for none. */
  observedAtMs: number;
  #slots: Float64Array | undefined;
  readonly #parts: readonly Part[];
  readonly #open: () => StateBody;
  #body: StateBody | undefined;
  #contents: unknown[] | undefined;
  #packed: Buffer | undefined;
  #packedVersion = Number.NaN;
  #changes = 0;
  #derived: unknown;
  #derivedBy: unknown;

  constructor(given: {
    readonly version: number;
    readonly observedAtMs: number;
    readonly parts: readonly Part[];
    /** Called once, when somebody asks for more than this. */
    readonly open: () => StateBody;
  }) {
    this.version = given.version;
    this.observedAtMs = given.observedAtMs;
    this.#parts = given.parts;
    this.#open = given.open;
  }

  /** The numbers of all features of the view. */
  get slots(): Float64Array {
    return (this.#slots ??= this.#opened().readSlots());
  }

  /** The content of a part of the view. */
  part<T>(part: Part<T>): T {
    return this.partAt(this.#parts.indexOf(part as Part)) as T;
  }

  /** The content of the part at a place of the view. Whoever changes it calls `partChanged`. */
  partAt(index: number): unknown {
    const contents = (this.#contents ??= []);
    const known = contents[index];
    if (known !== undefined) return known;
    const packed = this.packedPart(index);
    const part = this.#parts[index]!;
    return (contents[index] = packed === undefined ? part.initial() : part.read(new ByteReader(packed)));
  }

  /** Says that the content of a part is not what was read any more. */
  partChanged(index: number): void {
    this.#opened().packedParts[index] = undefined;
    this.#derived = undefined;
  }

  /**
   * What somebody computes from the parts alone, kept until one of them changes: reads of one entity come often, changes of what
   * it likes seldom. One such thing is kept per state.
   */
  derived<T>(compute: (state: EntityState) => T): T {
    if (this.#derivedBy !== compute || this.#derived === undefined) {
      this.#derivedBy = compute;
      this.#derived = compute(this);
    }
    return this.#derived as T;
  }

  /** The bytes of a part that has not changed since they were read. */
  packedPart(index: number): Buffer | undefined {
    return this.#opened().packedParts[index];
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

  #opened(): StateBody {
    return (this.#body ??= this.#open());
  }
}
