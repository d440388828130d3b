import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SLAB_BYTES = 1 << 20;

/** Where bytes lie. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes one after the other, as many as there are: the first of them in memory, the others in a file without a name, which is gone
 * with the process, however that ends. Reads and writes of the file wait, so it belongs into threads that do nothing else.
 */
export class SpillFile implements Disposable {
  readonly #slabs: Buffer[] = [];
  readonly #memoryBytes: number;
  /** Where the next bytes go; from `memoryBytes` on into the file. */
  #end = 0;
  #file: number | undefined;
  /** What comes at the end of the file and is not written yet. */
  readonly #tail = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #tailFrom: number;

  constructor(memoryBytes: number) {
    this.#memoryBytes = Math.floor(memoryBytes / SLAB_BYTES) * SLAB_BYTES;
    this.#tailFrom = this.#memoryBytes;
  }

  /** Adds bytes at the end, with room for `capacity`, and says where they begin. */
  append(bytes: Uint8Array, capacity: number): number {
    const offset = this.#placeFor(capacity);
    this.#end = offset + capacity;
    if (offset < this.#memoryBytes) this.#slabAt(offset).set(bytes, offset % SLAB_BYTES);
    else this.#appendToFile(bytes, offset, capacity);
    return offset;
  }

  /** Puts bytes in the place of others, where there is room for them. */
  replace(bytes: Uint8Array, offset: number): void {
    if (offset < this.#memoryBytes) this.#slabAt(offset).set(bytes, offset % SLAB_BYTES);
    else if (offset >= this.#tailFrom) this.#tail.set(bytes, offset - this.#tailFrom);
    else this.#write(bytes, offset);
  }

  /** A copy of the bytes of a place. */
  read({ offset, length }: Place): Buffer {
    // What is read together is used and forgotten together, so it may share memory: allocUnsafe takes it from a pool.
    const bytes = Buffer.allocUnsafe(length);
    if (offset < this.#memoryBytes) {
      const from = offset % SLAB_BYTES;
      this.#slabAt(offset).copy(bytes, 0, from, from + length);
    } else if (offset >= this.#tailFrom) {
      this.#tail.copy(bytes, 0, offset - this.#tailFrom, offset - this.#tailFrom + length);
    } else {
      this.#readFile(bytes, offset);
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  /** Nothing in memory goes across the border of two slabs. */
  #placeFor(capacity: number): number {
    const offset = this.#end;
    if (offset >= this.#memoryBytes) return offset;
    if (capacity > SLAB_BYTES) return this.#memoryBytes;
    const isAcross = (offset % SLAB_BYTES) + capacity > SLAB_BYTES;
    return isAcross ? Math.ceil(offset / SLAB_BYTES) * SLAB_BYTES : offset;
  }

  #slabAt(offset: number): Buffer {
    const index = Math.floor(offset / SLAB_BYTES);
    return (this.#slabs[index] ??= Buffer.allocUnsafeSlow(SLAB_BYTES));
  }

  #appendToFile(bytes: Uint8Array, offset: number, capacity: number): void {
    if (offset + capacity - this.#tailFrom > SLAB_BYTES) {
      this.#write(this.#tail.subarray(0, offset - this.#tailFrom), this.#tailFrom);
      this.#tailFrom = offset;
    }
    if (capacity <= SLAB_BYTES) {
      this.#tail.set(bytes, offset - this.#tailFrom);
      return;
    }
    this.#write(bytes, offset);
    this.#tailFrom = offset + capacity;
  }

  #write(bytes: Uint8Array, offset: number): void {
    this.#file ??= openUnnamed();
    const from = offset - this.#memoryBytes;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at, from + at);
  }

  #readFile(bytes: Buffer, offset: number): void {
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(this.#file!, bytes, at, bytes.length - at, offset - this.#memoryBytes + at);
      if (count === 0) throw new Error('the file of spilled states ends too early');
      at += count;
    }
  }
}

function openUnnamed(): number {
  const folder = mkdtempSync(join(tmpdir(), 'attune-replay-'));
  const file = openSync(join(folder, 'states'), 'wx+', 0o600);
  rmSync(folder, { recursive: true });
  return file;
}
