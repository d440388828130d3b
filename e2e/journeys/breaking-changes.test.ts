import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/root';
import { tempFolder } from '../support/temp-folder';

const folder = tempFolder();
const EVENTS = join('proto', 'attune', 'events', 'v1', 'events.proto');

/** A copy of the contracts in which one file was edited. */
function contractsWith(name: string, edit: (proto: string) => string): string {
  const copy = join(folder, name);
  for (const part of ['buf.yaml', 'proto']) cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  writeFileSync(join(copy, EVENTS), edit(readFileSync(join(copy, EVENTS), 'utf8')));
  return copy;
}

/** What buf says about these contracts against those of the checkout. */
function breakingChanges(changed: string) {
  const buf = join(ROOT, 'node_modules', '.bin', 'buf');
  const { status, stdout, stderr } = spawnSync(
    buf,
    ['breaking', changed, '--against', contractsWith('before', (p) => p)],
    {
      encoding: 'utf8',
    },
  );
  return { status, output: `${stdout}${stderr}` };
}

describe('buf breaking', () => {
  it('lets contracts pass that did not change', () => {
    expect(breakingChanges(contractsWith('same', (proto) => proto))).toEqual({ status: 0, output: '' });
  });

  it('lets a new field pass', () => {
    const added = contractsWith('added', (proto) =>
      proto.replace(/^message DegradedStage \{/m, '$&\n  string hint = 9;'),
    );
    expect(breakingChanges(added)).toEqual({ status: 0, output: '' });
  });

  it('reports a field that was removed', () => {
    const removed = contractsWith('removed', (proto) => proto.replace(/^ {2}string strategy = 6;\n/m, ''));
    const { status, output } = breakingChanges(removed);
    expect(status).not.toBe(0);
    expect(output).toContain('"strategy"');
  });
});
