import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of a test file's own, removed with its test file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-e2e-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
