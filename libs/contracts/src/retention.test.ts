import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEAD_LETTER_RETENTION_HOURS,
  LONGEST_TOPIC_DAYS,
  TABLE_RETENTION,
  type TableRetention,
  TOPIC_RETENTION_HOURS,
} from './retention';
import { TOPICS } from './topics';

const ROOT = join(__dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/retention.md');

/** The cells of each row of the table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

/** The tables that the migrations of a folder leave, but for those that only ever stand beside another for a moment. */
function tablesOf(folder: string): string[] {
  const tables = new Set<string>();
  for (const file of globSync(`${folder}/migrations/*.sql`, { cwd: ROOT }).sort()) {
    for (const [, verb, name, to] of read(file).matchAll(
      /^(CREATE TABLE|DROP TABLE|ALTER TABLE) (\w+)(?: RENAME TO (\w+))?/gm,
    )) {
      if (verb === 'CREATE TABLE') tables.add(name!);
      if (verb === 'DROP TABLE' || to !== undefined) tables.delete(name!);
    }
  }
  return [...tables].sort();
}

describe('how long everything is kept', () => {
  it('is told by docs/retention.md as the code has it, of topics', () => {
    const inCode = Object.values(TOPICS).map(({ name, retentionHours }) => [name, `${retentionHours} h`]);
    expect(tableUnder('Topics')).toEqual([...inCode, ['<topic>.dlq', `${DEAD_LETTER_RETENTION_HOURS} h at least`]]);
  });

  it('is told by docs/retention.md as the code has it, of tables', () => {
    const inCode = TABLE_RETENTION.map(({ service, table, days, setting, enforcedBy, because }) => [
      ...[service, table, days === 'forever' ? 'for ever' : `${days} days`],
      ...[setting ?? '', enforcedBy ?? '', because],
    ]);
    expect(tableUnder('Tables')).toEqual(inCode);
  });

  it.each(['bandit', 'experiment', 'feature-store', 'monitoring', 'serving', 'training'])(
    'is decided for every table of %s',
    (service) => {
      const decided = TABLE_RETENTION.filter((retention) => retention.service === service).map(({ table }) => table);
      expect(decided.sort()).toEqual(tablesOf(`services/${service}`));
    },
  );

  it('is decided for every service that has tables, and for those of the kit', () => {
    const withTables = globSync('services/*/migrations', { cwd: ROOT }).map((path) => path.split('/')[1]!);
    expect(withTables.sort()).toEqual(['bandit', 'experiment', 'feature-store', 'monitoring', 'serving', 'training']);
    const kit = TABLE_RETENTION.filter(({ service }) => service === 'every service').map(({ table }) => table);
    expect(kit).toEqual(tablesOf('libs/kit'));
  });

  it('names files that exist, and settings that the service has', () => {
    const files = TABLE_RETENTION.flatMap(({ enforcedBy }) => enforcedBy ?? []);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const settings = TABLE_RETENTION.filter(({ setting }) => setting !== undefined);
    const lacks = ({ service, setting }: TableRetention) =>
      !read(`services/${service}/src/config.ts`).includes(`'${setting}'`);
    expect(settings.filter(lacks)).toEqual([]);
  });

  it('is for event ids and redriven dead letters at least as long as a topic can bring them again', () => {
    const daysOf = (name: string) => Number(TABLE_RETENTION.find(({ table }) => table === name)!.days);
    expect(daysOf('known_events')).toBeGreaterThanOrEqual(LONGEST_TOPIC_DAYS);
    expect(daysOf('redriven_dead_letters') * 24).toBeGreaterThan(DEAD_LETTER_RETENTION_HOURS);
    expect(LONGEST_TOPIC_DAYS * 24).toBeGreaterThanOrEqual(Math.max(...Object.values(TOPIC_RETENTION_HOURS)));
    expect(read('libs/event-log/src/dead-letters.ts')).toContain(
      `MIN_RETENTION_HOURS = ${DEAD_LETTER_RETENTION_HOURS};`,
    );
  });
});
