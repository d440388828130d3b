import { hash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** How far an import has come. Rows below `rows` were answered by the fleet or are in the rejects file. */
export interface Progress {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

/** Nothing imported yet. */
export const NO_PROGRESS: Progress = { rows: 0, accepted: 0, duplicates: 0, rejected: 0 };

/** Remembers how far the import of one file has come, so that the next start goes on there. */
export class Checkpoint {
  readonly #file: string;

  /** The same file (path, size and time of change) read in the same way has the same checkpoint. */
  constructor(folder: string, source: { readonly path: string; readonly reading: string }) {
    const { size, mtimeMs } = statSync(source.path);
    const key = hash('sha256', JSON.stringify([resolve(source.path), size, mtimeMs, source.reading]), 'hex');
    this.#file = join(folder, `${key.slice(0, 24)}.json`);
  }

  /** What an interrupted import left, or nothing. */
  read(): Progress | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Progress;
    } catch {
      return undefined;
    }
  }

  /** Replaces the checkpoint at once: a kill leaves the old or the new one. */
  write(progress: Progress): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.draft`, JSON.stringify(progress));
    renameSync(`${this.#file}.draft`, this.#file);
  }

  /** The import is complete. */
  remove(): void {
    rmSync(this.#file, { force: true });
  }
}
