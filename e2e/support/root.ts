import { join, resolve } from 'node:path';

/** The checkout that the tests belong to. */
export const ROOT = resolve(__dirname, '..', '..');

/** What was built of a service or of the command line: tests that kill processes run these. */
export function mainOf(kind: 'services' | 'libs', name: string): string {
  return join(ROOT, kind, name, 'dist', 'main.js');
}
