import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AppError } from '@attune/errors';
import { parseColumns } from './columns';
import { checkInteractions } from './interactions';
import { readFollowsFile } from './read-follows';
import { readInteractionFiles } from './read-interactions';
import { readItemsFile } from './read-items';
import { readNegativesFile } from './read-negatives';
import { readSegmentsFile } from './read-segments';
import type { ReadInteractionsOptions } from './rows-of-file';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-interactions-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, `${files++}.tsv`);
  await writeFile(path, content);
  return path;
}

/** Each row as [user, item, value, seconds], and what was found. */
async function rowsOf(content: string | Buffer, options?: ReadInteractionsOptions) {
  const { ids, parts, reports } = await readInteractionFiles([await file(content)], options);
  const part = parts[0]!;
  checkInteractions(part);
  const rows = Array.from(part.userIndex, (user, e) => [
    ids.users[user],
    ids.items[part.itemIndex[e]!],
    part.value[e],
    part.timeMs[e]! / 1_000,
  ]);
  return { rows, report: reports[0]! };
}

const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: AppError) => error);

describe('reading interactions', () => {
  it('reads users, items, ratings and times, and takes ids as text', async () => {
    const { rows } = await rowsOf('7\t07\t4.5\t100\n07\tx y\t2\t1997-09-20T00:00:00Z\n');
    expect(rows).toEqual([
      ['7', '07', 4.5, 100],
      ['07', 'x y', 2, 874_713_600],
    ]);
  });

  it.each([
    ['commas', 'u,i,3,5\n'],
    ['double colons', 'u::i::3::5\n'],
    ['semicolons', 'u;i;3;5\n'],
    ['bars', 'u|i|3|5\n'],
    ['several blanks', 'u  i 3 5\n'],
    ['line ends of Windows', 'u\ti\t3\t5\r\n'],
    ['a byte-order mark', '\ufeffu\ti\t3\t5\n'],
    ['no line end at its end', 'u\ti\t3\t5'],
    ['empty lines', '\n\nu\ti\t3\t5\n\n'],
    ['blanks around cells', ' u\t i \t3 \t 5\n'],
    ['quotation marks', '"u","i","3","5"\n'],
  ])('reads a file with %s', async (_, content) => {
    expect((await rowsOf(content)).rows).toEqual([['u', 'i', 3, 5]]);
  });

  it('unpacks gzip, and reads text that is not UTF-8 as Latin-1', async () => {
    const { rows } = await rowsOf(gzipSync(Buffer.from('Ren\xe9\tcaf\xe9\n', 'latin1')));
    expect(rows).toEqual([['René', 'café', 1, Number.NaN]]);
  });

  it('keeps a comma within quotation marks', async () => {
    expect((await rowsOf('"Doe, Jane",i,3\n')).rows[0]![0]).toBe('Doe, Jane');
  });

  it('says that it took the first line for a header, and reads columns in its order', async () => {
    const { rows, report } = await rowsOf('timestamp,movieId,userId,rating\n5,i,u,3\n');
    expect(rows).toEqual([['u', 'i', 3, 5]]);
    expect(report.header).toBe('timestamp,movieId,userId,rating');
  });

  it('does not take an item that is called "book" for a header', async () => {
    const { rows, report } = await rowsOf('ann\tbook\nann\tpen\n');
    expect(rows).toHaveLength(2);
    expect(report.header).toBe('');
  });

  it('reads columns as they are named', async () => {
    const { rows } = await rowsOf('9\tu\tx\ti\ty\n', { columns: parseColumns('time,user,-,item') });
    expect(rows).toEqual([['u', 'i', 1, 9]]);
  });

  it('counts comments', async () => {
    const { rows, report } = await rowsOf('# made by hand\nu\ti\n');
    expect(rows).toHaveLength(1);
    expect(report.commentCount).toBe(1);
  });

  it('keeps the latest row of a pair by time, and by line where times are equal, and counts the others', async () => {
    const { rows, report } = await rowsOf('u\ti\t1\t9\nu\ti\t2\t5\nu\tj\t1\t5\nu\tj\t4\t5\n');
    expect(rows).toEqual([
      ['u', 'i', 1, 9],
      ['u', 'j', 4, 5],
    ]);
    expect(report.duplicateCount).toBe(2);
  });

  it('numbers users and items of several files alike', async () => {
    const [first, second] = [await file('a\tx\n'), await file('b\ty\na\ty\n')];
    const { ids, parts } = await readInteractionFiles([first, second]);
    expect(ids.users).toEqual(['a', 'b']);
    expect(ids.items).toEqual(['x', 'y']);
    expect(parts.map((part) => [part.userCount, part.itemCount])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(parts[1]!.itemIndex).toEqual(Int32Array.of(1, 1));
  });

  it('lists every line that cannot be used with its number', async () => {
    const content = 'u\ti\t3\t5\nu\nu\ti\tNaN\nu\tj\tinf\nu\tk\t1e39\n\ti\nu\ti\t3\tyesterday\nu\ti\t3\t5\t7\n';
    const error = await failureOf(rowsOf(content));
    expect(error?.code).toBe('invalid.file');
    const told = error!.violations.map(({ field, description }) => `${field.split(':').pop()} ${description}`);
    expect(told).toEqual([
      '2 has 1 field; a user and an item are needed (separator "\\t")',
      '3 "NaN" is not a finite rating',
      '4 "inf" is not a finite rating',
      '5 "1e39" is not a finite rating',
      '6 has no user',
      '7 "yesterday" is not a time: use seconds since 1970 or ISO 8601',
      '8 has 5 fields; user, item, rating and time are expected: say what the columns are',
    ]);
  });

  it('shows of a cell that is none a short beginning, and nothing that a terminal would obey', async () => {
    const error = await failureOf(rowsOf(`u\ti\t\u001b[31m${'x'.repeat(5_000)}\nu\tj\t3\n`));
    expect(error!.violations[0]!.description).toBe(`"\ufffd[31m${'x'.repeat(55)}..." is not a finite rating`);
  });

  it('shows twenty of many lines that cannot be used, and how many there are', async () => {
    const error = await failureOf(rowsOf(`u\ti\n${'u\ti\tbad\n'.repeat(50)}`));
    expect(error!.violations).toHaveLength(20);
    expect(error!.message).toContain('50 lines');
  });

  it('refuses ratings outside of the declared range', async () => {
    const error = await failureOf(rowsOf('u\ti\t5\nu\tj\t6\n', { valueRange: [1, 5] }));
    expect(error!.violations).toMatchObject([{ description: 'the rating 6 is not between 1 and 5' }]);
  });

  it.each([
    ['an empty file', ''],
    ['a file with a header alone', 'user\titem\n'],
  ])('refuses %s', async (_, content) => {
    expect((await failureOf(rowsOf(content)))?.code).toBe('failed_precondition.dataset_empty');
  });

  it('says which file is not there, which is a folder, and which gzip is broken', async () => {
    expect((await failureOf(readInteractionFiles([join(folder, 'nothing.tsv')])))?.code).toBe('not_found.file');
    expect((await failureOf(readInteractionFiles([folder])))?.message).toMatch(/is a folder/);
    const cut = gzipSync('u\ti\n'.repeat(10_000)).subarray(0, 60);
    expect((await failureOf(rowsOf(cut)))?.code).toBe('invalid.file');
  });

  it('reads on where a chunk of the file ends in the middle of a line', async () => {
    const lines = Array.from({ length: 60_000 }, (_, n) => `user-${n}\titem-${n % 7}\t${n % 5}\t${n}`);
    const { rows } = await rowsOf(lines.join('\n'));
    expect(rows).toHaveLength(60_000);
    expect(rows[59_999]).toEqual(['user-59999', `item-${59_999 % 7}`, 4, 59_999]);
  });
});

describe('reading what belongs to interactions', () => {
  const known = async () => (await readInteractionFiles([await file('a\tx\nb\ty\nc\tz\n')])).ids;

  it('reads lists of negatives, and drops and counts the item that is to be found', async () => {
    const ids = await known();
    const negatives = await readNegativesFile(await file('(a,x)\ty\tx\tw\ty\n(b,y)\tz\n'), ids);
    expect([...negatives.items].map((item) => ids.items[item])).toEqual(['y', 'w', 'z']);
    expect([...negatives.offsets]).toEqual([0, 2, 3]);
    expect([negatives.droppedCount, negatives.repeatedCount]).toEqual([1, 1]);
  });

  it('refuses lists of negatives of another form with their lines', async () => {
    const error = await failureOf(readNegativesFile(await file('(a,x)\ty\na\tx\ty\n'), await known()));
    expect(error!.violations.map(({ field }) => field.split(':').pop())).toEqual(['2']);
  });

  it('reads circles of follows, and counts what it leaves out', async () => {
    const content = 'userID\tfriendID\na\tb\nb\ta\na\tb\nc\tc\na\tstranger\n';
    const { follows, ...counts } = await readFollowsFile(await file(content), await known());
    expect([...follows.offsets]).toEqual([0, 1, 2, 2]);
    expect([...follows.indices]).toEqual([1, 0]);
    expect(counts).toEqual({ strangerCount: 1, selfCount: 1, duplicateCount: 1 });
  });

  it('reads items by the columns of their header, and leaves those without interactions out', async () => {
    const content = 'movieId\ttitle\tgenres\toverview\nx\tA film\tDrama|War\tIt begins.\nq\tAnother\tDrama\t-\n';
    const { items, knownCount } = await readItemsFile(await file(content), await known());
    expect(items[0]).toEqual({ text: 'A film\nIt begins.', tags: ['drama', 'war'], category: '' });
    expect(items[1]).toEqual({ text: '', tags: [], category: '' });
    expect(knownCount).toBe(1);
  });

  it('reads items without a header as item, text and tags', async () => {
    const { items } = await readItemsFile(await file('x,"Up, and away",Drama|War\n'), await known());
    expect(items[0]).toEqual({ text: 'Up, and away', tags: ['drama', 'war'], category: '' });
  });

  it('reads labels of users', async () => {
    const { labels } = await readSegmentsFile(
      await file('user\tcountry\tage\na\tde\told\nq\tfr\told\n'),
      await known(),
    );
    expect(labels).toEqual({ country: ['de', '', ''], age: ['old', '', ''] });
  });
});
