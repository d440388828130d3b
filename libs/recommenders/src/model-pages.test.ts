import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MODELS } from './catalogue';
import { ENGAGEMENT } from './engagement/engagement';
import { parseSettings } from './parse-settings';

const PAGES = join(__dirname, '..', '..', '..', 'docs', 'models');
const DEFINITIONS = [...MODELS.values(), ENGAGEMENT];

/** Defaults as the table under "Settings" tells them, by setting; a row may tell several, `a`, `b` | 1, 2. */
function settingsOn(page: string): [name: string, value: string][] {
  const section = page.split(/^## /m).find((part) => part.startsWith('Settings\n')) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => {
    const [names, values] = row
      .split('|')
      .slice(1, 3)
      .map((cell) => cell.trim().split(/, /));
    const told = names!.length === 1 ? [values!.join(', ')] : values!;
    return names!.map((name, index): [string, string] => [plain(name), plain(told[index] ?? '')]);
  });
}

function plain(text: string): string {
  return text.replaceAll('`', '').replace(/(\d),(?=\d{3}\b)/g, '$1');
}

describe('docs/models', () => {
  it.each(DEFINITIONS.map(({ name }) => name))('has a page of %s that the index names', (name) => {
    expect(existsSync(join(PAGES, `${name}.md`))).toBe(true);
    expect(readFileSync(join(PAGES, 'README.md'), 'utf8')).toContain(`(${name}.md)`);
  });

  it.each(DEFINITIONS.map((definition) => [definition.name, definition] as const))(
    'tells every setting of %s with its default',
    (name, definition) => {
      const told = settingsOn(readFileSync(join(PAGES, `${name}.md`), 'utf8'));
      const { shape } = definition.settings as unknown as { readonly shape: Readonly<Record<string, unknown>> };
      expect(told.map(([setting]) => setting).sort()).toEqual(Object.keys(shape).sort());
      const defaults = Object.entries(parseSettings<object>(definition, {}));
      // lists have no short text, and what is absent is told in words
      const simple = defaults.filter(([, value]) => value !== undefined && typeof value !== 'object');
      expect(Object.fromEntries(told)).toMatchObject(
        Object.fromEntries(simple.map(([setting, value]) => [setting, String(value)])),
      );
    },
  );
});
