import { useInfra } from '@attune/testkit';
import { readArchiveFile } from '../src/storage/archive/archive-file';
import { AUTHOR, DAY, type HistoryFleet, startHistory, USERS, userKeyOf } from './history-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const TABLES = ['decisions', 'entity_changes', 'interactions'] as const;
const [GONE, STAYS] = [USERS[1], USERS[0]];
let fleet: HistoryFleet;

beforeAll(async () => {
  fleet = await startHistory(infra);
  await fleet.fillDay();
  fleet.now = new Date('2026-03-02T01:00:00Z');
  await fleet.round();
});

afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
});

/** Every value of every file of the archive as text: what is compressed is found too. */
async function archivedText(): Promise<string> {
  let text = '';
  for (const key of Object.keys(await fleet.files())) {
    const bytes = await fleet.objects.get(key);
    text += Buffer.from(bytes).toString('latin1');
    if (!key.endsWith('.parquet')) continue;
    for await (const rows of readArchiveFile(bytes)) {
      const values = rows.flatMap((row) => Object.values(row));
      text += values
        .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value))
        .join();
    }
  }
  return text;
}

const fileOf = (table: string, name: string) => `history/${table}/day=${DAY}/${name}`;
const noted = async () => {
  const { rows } = await fleet.database.query(
    'SELECT history_table, row_count, manifest_hash FROM history_days ORDER BY 1',
  );
  return rows;
};

describe('an erasure in the archive', () => {
  it('takes out what happened until a moment, and nothing later', async () => {
    const before = await fleet.files();
    const until = new Date(`${DAY}T00:00:00Z`);
    // Those of the days before: three of the four interactions. Profile, follow and decision are of the day itself.
    expect(await fleet.archive.erase({ userKey: userKeyOf(GONE), until })).toEqual({ rowCount: 3, fileCount: 1 });
    const after = await fleet.files();
    for (const table of ['decisions', 'entity_changes']) {
      expect(after[fileOf(table, 'part-00000.parquet')]).toBe(before[fileOf(table, 'part-00000.parquet')]);
    }
    expect(after).not.toHaveProperty([fileOf('interactions', 'part-00000.parquet')]);
    expect(await fleet.rowsIn(fileOf('interactions', 'part-00000.r1.parquet'))).toHaveLength(10);
  });

  it('leaves no byte of the user and everything of the others', async () => {
    const key = userKeyOf(GONE);
    expect(await archivedText()).toContain(key);
    // An interaction, the profile, a follow and its end, a decision.
    expect(await fleet.archive.erase({ userKey: key })).toEqual({ rowCount: 5, fileCount: 3 });
    const text = await archivedText();
    expect(text).not.toContain(key);
    expect(text).toContain(userKeyOf(STAYS));
    expect((await noted()).map(({ row_count: count }) => Number(count))).toEqual([3, 8, 9]);
    expect(await fleet.archive.erase({ userKey: key })).toEqual({ rowCount: 0, fileCount: 0 });
  });

  it('takes an author off items and leaves the items; blocks of the author go', async () => {
    const rows = async () =>
      fleet.rowsIn(
        fileOf(
          'entity_changes',
          Object.keys(await fleet.files())
            .find((key) => key.startsWith('history/entity_changes') && key.endsWith('.parquet'))!
            .split('/')
            .at(-1)!,
        ),
      );
    const before = await rows();
    expect(await fleet.archive.erase({ userKey: userKeyOf(AUTHOR) })).toEqual({ rowCount: 3, fileCount: 1 });
    expect(await archivedText()).not.toContain(userKeyOf(AUTHOR));
    expect(await rows()).toHaveLength(before.length - 1);
  });

  it.each(['the manifest', 'the note in the database', 'the deletion of the old file'])(
    'is finished by the next attempt when it was cut off before %s',
    async (moment) => {
      const key = userKeyOf(STAYS);
      await fleet.database.query('DELETE FROM history_days');
      await fleet.objects.deletePrefix('history/');
      await fleet.round();
      const cut = cutOff(moment);
      await expect(fleet.archive.erase({ userKey: key })).rejects.toThrow('the process ends here');
      cut.mockRestore();
      await fleet.archive.erase({ userKey: key });
      expect(await archivedText()).not.toContain(key);
      const hashes = await Promise.all(
        TABLES.map(async (table) => (await fleet.files())[fileOf(table, 'manifest.json')]),
      );
      expect((await noted()).map(({ manifest_hash: hash }) => hash)).toEqual(hashes);
    },
  );

  function cutOff(moment: string) {
    const end = async () => {
      throw new Error('the process ends here');
    };
    if (moment === 'the deletion of the old file') return jest.spyOn(fleet.objects, 'delete').mockImplementation(end);
    if (moment === 'the note in the database') return jest.spyOn(fleet.database, 'query').mockImplementation(end);
    const put = fleet.objects.put.bind(fleet.objects);
    return jest
      .spyOn(fleet.objects, 'put')
      .mockImplementation((name, ...rest) => (name.endsWith('manifest.json') ? end() : put(name, ...rest)));
  }
});

describe('a user who was forgotten', () => {
  it('does not come back with a day that is loaded back, also when the files still hold the user', async () => {
    await fleet.objects.deletePrefix('history/');
    await fleet.database.query('DELETE FROM history_days');
    await fleet.round();
    fleet.now = new Date('2026-06-02T00:00:00Z');
    await fleet.round({ entity_changes: 90 });
    expect(await fleet.tablesThere()).toEqual([]);
    await fleet.database.query("INSERT INTO forgotten_users VALUES ($1, '2026-06-01')", [userKeyOf(STAYS)]);
    for (const table of TABLES) await fleet.archive.restore({ table, day: DAY }, fleet.now);
    const rows = (await Promise.all(TABLES.map(fleet.tableRows))).flat();
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => row.includes(STAYS))).toEqual([]);
  });

  it('does not come back either when that happens while the day is being loaded', async () => {
    const part = { table: 'interactions', day: DAY } as const;
    fleet.now = new Date('2026-06-04T00:00:00Z');
    await fleet.round();
    expect(await fleet.tablesThere()).not.toContain('interactions');
    const late = USERS[2];
    const forget = 'INSERT INTO forgotten_users VALUES ($1, $2) ON CONFLICT DO NOTHING';
    const stream = fleet.objects.stream.bind(fleet.objects);
    let reads = 0;
    const reading = jest.spyOn(fleet.objects, 'stream').mockImplementation(async function* (...asked) {
      // The first time the file is read for its users, the second time to be loaded.
      if (++reads === 2) await fleet.database.query(forget, [userKeyOf(late), fleet.now]);
      yield* stream(...asked);
    });
    const restored = await fleet.archive.restore(part, fleet.now);
    reading.mockRestore();
    expect(reads).toBe(3);
    const rows = await fleet.tableRows('interactions');
    expect(rows).toHaveLength(restored!.rowCount);
    expect(rows.filter((row) => row.includes(late))).toEqual([]);
  });
});
