import { featureStore } from '@attune/contracts';
import { until, useInfra } from '@attune/testkit';
import { stepAside, withArchive } from '../src/storage/archive/archive-lock';
import { DAY, DAY_MS, type HistoryFleet, STRANGER, startHistory, USERS, userKeyOf } from './history-fleet';

jest.setTimeout(60_000);
const infra = useInfra();
const TABLES = ['decisions', 'entity_changes', 'interactions'] as const;
const END = Date.parse('2026-03-02T00:00:00Z');
let fleet: HistoryFleet;

beforeAll(async () => {
  fleet = await startHistory(infra);
  await fleet.fillDay();
});

afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
});

const hasUserId = (value: unknown): boolean => {
  if (value instanceof Uint8Array) return Buffer.from(value).includes('plain-id');
  return typeof value === 'string' && value.includes('plain-id');
};

async function trainingSet(): Promise<featureStore.TrainingSet | undefined> {
  let dataset: featureStore.TrainingSet | undefined;
  const request = featureStore.BuildTrainingSetRequest.fromPartial({});
  for await (const progress of fleet.store.client.buildTrainingSet(request)) dataset = progress.dataset;
  return dataset;
}

describe('a day of the history', () => {
  it('is exported when it has been over for an hour, and not before', async () => {
    fleet.now = new Date('2026-03-02T00:59:59Z');
    await fleet.round();
    expect(await fleet.files()).toEqual({});
    fleet.now = new Date('2026-03-02T01:00:00Z');
    await fleet.round();
    expect(Object.keys(await fleet.files())).toEqual(
      TABLES.flatMap((table) => [
        `history/${table}/day=${DAY}/manifest.json`,
        `history/${table}/day=${DAY}/part-00000.parquet`,
      ]),
    );
  });

  it('names users by their keyed hashes only, in columns and in records', async () => {
    for (const table of TABLES) {
      const rows = await fleet.rowsIn(`history/${table}/day=${DAY}/part-00000.parquet`);
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.filter((row) => Object.values(row).some(hasUserId))).toEqual([]);
    }
    const rows = await fleet.rowsIn(`history/interactions/day=${DAY}/part-00000.parquet`);
    expect(new Set(rows.map((row) => row.user_key))).toEqual(new Set([...USERS, 'nobody-plain-id'].map(userKeyOf)));
  });

  it('is written to equal bytes when it is exported again', async () => {
    const before = await fleet.files();
    for (const table of TABLES) await fleet.archive.export({ table, day: DAY }, fleet.now);
    expect(await fleet.files()).toEqual(before);
  });

  it('is not in the archive before its manifest is, and is whole after the next round', async () => {
    const before = await fleet.files();
    await fleet.database.query('DELETE FROM history_days');
    await fleet.objects.deletePrefix('history/');
    const put = jest.spyOn(fleet.objects, 'put').mockImplementation(async (key, ...rest) => {
      if (key.endsWith('manifest.json')) throw new Error('the process ends here');
      return Object.getPrototypeOf(fleet.objects).put.call(fleet.objects, key, ...rest);
    });
    await expect(fleet.round()).rejects.toThrow('the process ends here');
    put.mockRestore();
    expect((await fleet.archive.days()).filter(({ exportedAt }) => exportedAt !== undefined)).toEqual([]);
    await fleet.round();
    expect(await fleet.files()).toEqual(before);
  });

  it('does not leave with rows that came after it was exported: it is exported again first', async () => {
    await fleet.database.query(
      `INSERT INTO decisions SELECT known_seq, known_at, 'd-late', user_id, decided_at, record FROM decisions LIMIT 1`,
    );
    fleet.now = new Date(END + 30 * DAY_MS);
    await fleet.round({ decisions: 30 });
    expect(await fleet.tablesThere()).toEqual(TABLES);
    const rows = await fleet.rowsIn(`history/decisions/day=${DAY}/part-00000.parquet`);
    expect(rows.map((row) => row.decision_id)).toContain('d-late');
  });

  it('leaves when it is old, and comes back as it was', async () => {
    const before = await Promise.all(TABLES.map(fleet.tableRows));
    fleet.now = new Date(END + 90 * DAY_MS - 1);
    await fleet.round({ entity_changes: 90 });
    expect(await fleet.tablesThere()).toEqual(TABLES);
    fleet.now = new Date(END + 90 * DAY_MS);
    await fleet.round({ entity_changes: 90 });
    expect([await fleet.tablesThere(), await fleet.tableRows('interactions')]).toEqual([[], []]);
    for (const table of TABLES) await fleet.archive.restore({ table, day: DAY }, fleet.now);
    // Of a stranger only a decision was known, so that nobody can tell whose it was.
    const known = before.map((rows) => rows.filter((row) => !row.includes(STRANGER)));
    expect(await Promise.all(TABLES.map(fleet.tableRows))).toEqual(known);
  });

  it('stays for a day after it came back, and leaves again', async () => {
    fleet.now = new Date(fleet.now.getTime() + DAY_MS - 1);
    await fleet.round({ entity_changes: 90 });
    expect(await fleet.tablesThere()).toEqual(TABLES);
    fleet.now = new Date(fleet.now.getTime() + 1);
    await fleet.round({ entity_changes: 90 });
    expect(await fleet.tablesThere()).toEqual([]);
  });

  it('is loaded back by itself when features are folded again, to equal bytes', async () => {
    const before = await fleet.states();
    await fleet.database.query("UPDATE feature_states SET state = ''");
    for await (const _ of fleet.store.client.rebuildFeatures({ fromHistory: true }));
    expect(await fleet.states()).toEqual(before);
    expect(await fleet.tablesThere()).toEqual(['entity_changes', 'interactions']);
  });

  it('is loaded back by itself for a training set, which is the same as before', async () => {
    const before = await trainingSet();
    expect(before?.rowCount).toBeGreaterThan(9);
    fleet.now = new Date(fleet.now.getTime() + DAY_MS);
    await fleet.round();
    expect(await fleet.tablesThere()).toEqual(['entity_changes']);
    expect((await trainingSet())?.contentHash).toBe(before?.contentHash);
    expect(await fleet.tablesThere()).toEqual(['entity_changes', 'interactions']);
  });
});

describe('the archive', () => {
  it('is maintained by one process of all', async () => {
    let inner: boolean | undefined;
    const outer = await fleet.archive.lead(async () => {
      inner = await fleet.archive.lead(async () => undefined);
    });
    expect([outer, inner, await fleet.archive.lead(async () => undefined)]).toEqual([true, false, true]);
  });

  it('is given to one after the other, and who works long hears that somebody waits', async () => {
    const { database } = fleet;
    const order: string[] = [];
    const waiting: Promise<void>[] = [];
    await withArchive(database, async () => {
      await stepAside(database);
      for (const name of ['a', 'b']) waiting.push(withArchive(database, async () => void order.push(name)));
      await until('somebody waits', () =>
        stepAside(database).then(
          () => false,
          () => true,
        ),
      );
      expect(order).toEqual([]);
      await expect(stepAside(database)).rejects.toMatchObject({ code: 'unavailable.archive' });
    });
    await Promise.all(waiting);
    expect(order.sort()).toEqual(['a', 'b']);
    await stepAside(database);
  });

  it('is not waited for by a caller who has given up', async () => {
    const { database } = fleet;
    await withArchive(database, async () => {
      const signal = AbortSignal.abort();
      await expect(withArchive(database, async () => undefined, { signal })).rejects.toThrow();
    });
    await expect(withArchive(database, async () => 'mine')).resolves.toBe('mine');
  });
});

describe('a day that has left and whose partition was made anew', () => {
  it('never leaves again, because what is in it is nowhere else', async () => {
    const stuck = new Date(fleet.now.getTime() + 2 * DAY_MS);
    const part = { table: 'decisions', day: DAY } as const;
    expect(await fleet.tablesThere()).not.toContain('decisions');
    await fleet.database.query("SELECT make_history_partition('decisions', $1::date)", [DAY]);
    expect(await fleet.archive.leave(part, { now: stuck, unneededSince: stuck })).toBe('changed');
    await fleet.database.query(`DROP TABLE decisions_${DAY.replaceAll('-', '')}`);
  });
});

describe('the days as operators see them', () => {
  const list = async () =>
    (await fleet.store.client.listHistoryDays({ pageSize: 0, pageToken: '' })).days.map(
      ({ day, table, rowCount, inDatabase }) => [day, table, rowCount, inDatabase],
    );

  it('are listed with their rows and where they are, page by page', async () => {
    const all = await list();
    expect(all).toEqual([
      [DAY, 'decisions', 5, false],
      [DAY, 'entity_changes', 11, true],
      [DAY, 'interactions', 13, true],
    ]);
    const first = await fleet.store.client.listHistoryDays({ pageSize: 2, pageToken: '' });
    const second = await fleet.store.client.listHistoryDays({ pageSize: 2, pageToken: first.nextPageToken });
    expect([...first.days, ...second.days].map(({ table }) => table)).toEqual(all.map(([, table]) => table));
    expect(second.nextPageToken).toBe('');
  });

  it('are loaded back on demand, once, and say how much', async () => {
    const restore = async () => {
      const parts: unknown[] = [];
      for await (const part of fleet.store.client.restoreHistoryDays({ fromDay: DAY, toDay: DAY })) parts.push(part);
      return parts;
    };
    expect(await restore()).toEqual([{ day: DAY, table: 'decisions', rowCount: 4, leftOutCount: 1 }]);
    expect(await restore()).toEqual([]);
    expect((await list()).every(([, , , isThere]) => isThere)).toBe(true);
  });

  it.each([
    ['2026-3-1', '', 'from_day'],
    [DAY, '2026-02-30', 'to_day'],
    [DAY, '2026-02-27', 'to_day'],
  ])('are refused when they are none: %s to %s', async (fromDay, toDay, field) => {
    const restore = async () => {
      for await (const _ of fleet.store.client.restoreHistoryDays({ fromDay, toDay }));
    };
    await expect(restore()).rejects.toMatchObject({ violations: [{ field }] });
  });
});
