import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT } from './root';

/** A folder of real data beside the checkout, or undefined where there is none. */
function sharedData(name: string): string | undefined {
  const folder = resolve(ROOT, '..', 'shared', 'data', name);
  return existsSync(folder) ? folder : undefined;
}

/** Tests of real data where it is; elsewhere one test that says aloud that nothing was tested. */
export function describeWithData(name: string, tests: (folder: string) => void): void {
  const folder = sharedData(name);
  if (folder !== undefined) {
    describe(name, () => tests(folder));
    return;
  }
  it(`SKIPPED: there is no ../shared/data/${name} beside this checkout, so nothing was tested on it`, () => {
    console.warn(`e2e: SKIPPED the tests on ${name}: ../shared/data/${name} does not exist beside this checkout`);
    expect(folder).toBeUndefined();
  });
}
