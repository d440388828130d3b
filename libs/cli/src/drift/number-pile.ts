import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers that lie together. */
const BLOCK = 1 << 13;
/** When as many blocks wait, they go to disk: half a megabyte of a column, of which a file may have hundreds. */
const MOST_WAITING = 8;

/** All numbers of a column, in memory while they are few and in a file of 8 bytes each otherwise. */
export class NumberPile {
  readonly #path: string;
  #blocks: Float64Array[] = [];
  #block = new Float64Array(16);
  #inBlock = 0;
  #written = 0;

  /** `folder` exists, and who made it removes it; `name` is that of a file in it. */
  constructor(folder: string, name: string) {
    this.#path = join(folder, name);
  }

  get count(): number {
    return this.#written + this.#blocks.length * BLOCK + this.#inBlock;
  }

  push(value: number): void {
    if (this.#inBlock === this.#block.length) this.#makeRoom();
    this.#block[this.#inBlock++] = value;
  }

  /** All of them, lowest first; a new array. */
  sorted(): Float64Array {
    const all = new Float64Array(this.count);
    let at = this.#readInto(all);
    for (const block of [...this.#blocks, this.#block.subarray(0, this.#inBlock)]) {
      all.set(block, at);
      at += block.length;
    }
    return all.sort();
  }

  /** Lets go of the numbers, and of the file if there is one. */
  [Symbol.dispose](): void {
    if (this.#written > 0) rmSync(this.#path);
    this.#blocks = [];
    this.#block = new Float64Array(0);
    this.#inBlock = 0;
    this.#written = 0;
  }

  #makeRoom(): void {
    if (this.#block.length < BLOCK) {
      const larger = new Float64Array(Math.min(BLOCK, Math.max(16, this.#block.length * 4)));
      larger.set(this.#block);
      this.#block = larger;
      return;
    }
    this.#blocks.push(this.#block);
    this.#block = new Float64Array(BLOCK);
    this.#inBlock = 0;
    if (this.#blocks.length === MOST_WAITING) this.#writeBlocks();
  }

  #writeBlocks(): void {
    // opened each time: columns may be more than files that may be open
    const file = openSync(this.#path, 'a');
    try {
      for (const block of this.#blocks) {
        const bytes = new Uint8Array(block.buffer);
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done);
        this.#written += block.length;
      }
    } finally {
      closeSync(file);
    }
    this.#blocks = [];
  }

  #readInto(all: Float64Array): number {
    if (this.#written === 0) return 0;
    const bytes = new Uint8Array(all.buffer, 0, this.#written * 8);
    const file = openSync(this.#path, 'r');
    try {
      for (let done = 0; done < bytes.length; ) done += readSync(file, bytes, done, bytes.length - done, done);
    } finally {
      closeSync(file);
    }
    return this.#written;
  }
}
