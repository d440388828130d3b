import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@attune/testkit';

/** Resolves when the import that keeps its checkpoint in this folder has passed so many rows. */
export function importPassed(rows: number, folder: string): Promise<unknown> {
  return until(`the import has passed row ${rows}`, async () => checkpointedRows(folder) >= rows);
}

/** How many rows the checkpoint in this folder counts; 0 without one. */
export function checkpointedRows(folder: string): number {
  const imports = join(folder, '.attune', 'imports');
  try {
    const file = readdirSync(imports).find((name) => name.endsWith('.json'));
    return file === undefined ? 0 : (JSON.parse(readFileSync(join(imports, file), 'utf8')) as { rows: number }).rows;
  } catch {
    // Not begun yet, or the draft has just taken its place.
    return 0;
  }
}
