import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { useInfra } from '@attune/testkit';
import { attune, attuneJson, type CliSurroundings, type ImportReport } from '../support/attune-cli';
import { type Fleet, startFleet } from '../support/fleet';
import { tempFolder } from '../support/temp-folder';

jest.setTimeout(60_000);
const infra = useInfra();
const folder = tempFolder();
const FAR_FUTURE = '2999-01-01T00:00:00Z';
let fleet: Fleet;
let cli: CliSurroundings;

beforeAll(async () => {
  fleet = await startFleet({ infra, services: ['feature-store', 'serving'] });
  cli = { addressSettings: fleet.addressSettings, folder };
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

/** Imports a file and tells the sums, what the store counts more than before, and the rejected lines with their reasons. */
async function importFile(path: string, ...args: string[]) {
  const before = await fleet.client('feature-store').getStoreStats({});
  const { interactions } = await attuneJson<{ interactions: ImportReport }>(cli, 'import', path, ...args);
  const after = await fleet.client('feature-store').getStoreStats({});
  const rejects = interactions.rejectsFile === undefined ? '' : readFileSync(interactions.rejectsFile, 'utf8');
  return {
    report: interactions,
    added: after.interactionCount - before.interactionCount,
    rejects: rejects
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t')),
  };
}

const write = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const goodLines = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${prefix}${n % 20},i${n % 50},${(n % 5) + 1},${1_700_000_000 + n}`);

describe('a CSV file with good and bad lines', () => {
  const good = goodLines('csv', 500);
  const bad = [
    'lonely',
    ',i1,3,1700000000',
    'u1,i1,NaN,1700000000',
    'u1,i1,3,yesterday-ish',
    `u1,i1,3,${FAR_FUTURE}`,
    'u1,i1,9,1700000000',
  ];
  const lines = ['userId,movieId,rating,timestamp', ...good, good[0]!, good[1]!, ...bad];
  const firstBadLine = 1 + good.length + 2 + 1;
  let result: Awaited<ReturnType<typeof importFile>>;

  beforeAll(async () => {
    result = await importFile(write('ratings.csv', `${lines.join('\n')}\n`));
  });

  it('brings in each good line once and gives sums that add up', () => {
    expect(result.report).toMatchObject({ rows: 508, accepted: 500, duplicates: 2, rejected: 6, resumedAt: 0 });
    expect(result.added).toBe(500);
  });

  it('names every rejected line with its number and reason', () => {
    expect(result.rejects.map(([line]) => Number(line))).toEqual(bad.map((_, n) => firstBadLine + n));
    const reasons = result.rejects.map(([, reason]) => reason);
    const expected = [/columns/, /user is empty/, /"NaN" is not a number/, /not a time/, /future/, /0 to 5 stars/];
    expect(reasons).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  it('doubles nothing when it is imported again', async () => {
    const again = await importFile(join(folder, 'ratings.csv'));
    expect(again.report).toMatchObject({ accepted: 0, duplicates: 502, rejected: 6 });
    expect(again.added).toBe(0);
  });
});

describe('other files', () => {
  it('reads gzip and tabs, with columns named by the caller and a type for all', async () => {
    const text = goodLines('tsv', 100).map((line) => line.replaceAll(',', '\t'));
    const path = write('likes.tsv.gz', gzipSync(`${text.join('\n')}\n`));
    const { report, added } = await importFile(path, '--columns', 'user,item,-,time', '--type', 'like');
    expect(report).toMatchObject({ rows: 100, accepted: 100, rejected: 0 });
    expect(added).toBe(100);
  });

  it('reads JSON lines and rejects unknown types and what is no JSON', async () => {
    const event = (user: string, type: string, time: string | number = '2026-01-02T03:04:05Z') =>
      JSON.stringify({ user, item: 'i1', type, time });
    const lines = [
      event('j1', 'like'),
      event('j2', 'teleport'),
      '{"user":',
      event('j3', 'view', 1_700_000_000),
      event('j1', 'like'),
    ];
    const { report, added, rejects } = await importFile(write('events.jsonl', lines.join('\n')));
    expect(report).toMatchObject({ rows: 5, accepted: 2, duplicates: 1, rejected: 2 });
    expect(added).toBe(2);
    expect(rejects.map(([line, reason]) => `${line} ${reason}`)).toEqual([
      expect.stringMatching(/^2 .*teleport.* is not a type/),
      expect.stringMatching(/^3 is not a JSON object/),
    ]);
  });

  it('brings in items beside interactions', async () => {
    const items = write('items.csv', 'movieId,title,genres\nm1,Heat,Crime|Drama\nm2,Up,Animation\n');
    const path = write('views.csv', 'user,item,time\nv1,m1,1700000000\nv1,m2,1700000001\n');
    await importFile(path, '--items', items);
    const found = await fleet.client('feature-store').getItems({ itemIds: ['m1', 'm2'] });
    expect(found.items.map(({ title, tags }) => [title, tags])).toEqual([
      ['Heat', ['Crime', 'Drama']],
      ['Up', ['Animation']],
    ]);
  });

  it.each([
    ['a file that is not there', ['import', 'no-such-file.csv'], /cannot be read/],
    ['an unknown type for all rows', ['import', 'no-such-file.csv', '--type', 'teleport'], /not a type/],
    ['no file at all', ['import'], /name a file/],
  ])('says what is wrong with %s and imports nothing', async (_, args, message) => {
    const { exitCode, stdout } = await attune(cli, ...args, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.message).toMatch(message);
  });
});

describe('items with long texts', () => {
  it('are sent in as many calls as their length needs', async () => {
    const text = 'long story '.repeat(1_400).trim();
    const lines = Array.from({ length: 600 }, (_, n) =>
      JSON.stringify({ item: `long${n}`, title: `Story ${n}`, text }),
    );
    const path = write('long.jsonl', lines.join('\n'));
    const { items } = await attuneJson<{ items: ImportReport }>(cli, 'import', '--items', path);
    expect(items).toMatchObject({ rows: 600, accepted: 600, rejected: 0 });
  });
});
