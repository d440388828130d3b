import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUFFER_BYTES = 1 << 20;

/** Where bytes lie in the file. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes that do not fit in memory, in a file without a name: it is gone with the process, however that ends. Reads and writes
 * wait, so it belongs into threads that do nothing else.
 */
export class SpillFile implements Disposable {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** How much of the file is written; what comes after it is in the buffer. */
  #written = 0;
  #buffered = 0;

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'attune-replay-'));
    this.#file = openSync(join(folder, 'states'), 'wx+', 0o600);
    rmSync(folder, { recursive: true });
  }

  /** Adds bytes at the end, with room for `capacity`, and says where they begin. */
  append(bytes: Uint8Array, capacity: number): number {
    const offset = this.#written + this.#buffered;
    if (this.#buffered + capacity > BUFFER_BYTES) this.#flush();
    if (capacity > BUFFER_BYTES) {
      writeAll(this.#file, bytes, this.#written);
      this.#written += capacity;
      return offset;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += capacity;
    return offset;
  }

  /** Puts bytes in the place of others. */
  replace(bytes: Uint8Array, offset: number): void {
    if (offset >= this.#written) this.#buffer.set(bytes, offset - this.#written);
    else writeAll(this.#file, bytes, offset);
  }

  /** The bytes of a place, in memory of their own. */
  read({ offset, length }: Place): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    if (offset >= this.#written) {
      this.#buffer.copy(bytes, 0, offset - this.#written, offset - this.#written + length);
      return bytes;
    }
    for (let at = 0; at < length; ) {
      const count = readSync(this.#file, bytes, at, length - at, offset + at);
      if (count === 0) throw new Error('the file of spilled states ends too early');
      at += count;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #flush(): void {
    writeAll(this.#file, this.#buffer.subarray(0, this.#buffered), this.#written);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }
}

function writeAll(file: number, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, offset + at);
}
