import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 20 * 1024 * 1024;
const TAIL_BYTES = 4_000;

/** Opens a log for appending. One older file is kept, so that a stack that runs for weeks cannot fill the disk at a start. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  try {
    if (statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  } catch {
    // No log yet.
  }
  return openSync(path, 'a', 0o600);
}

/** The last lines of a log, for an error message; empty where there is none. */
export function tailOf(path: string, lines = 12): string {
  try {
    const file = openSync(path, 'r');
    try {
      const size = fstatSync(file).size;
      const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, buffer, 0, buffer.length, size - buffer.length);
      const text = buffer.toString('utf8').trimEnd().split('\n').slice(-lines);
      return text.length === 1 && text[0] === '' ? '' : `last lines of ${path}:\n  ${text.join('\n  ')}`;
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
