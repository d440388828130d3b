import type { Interactions } from '@attune/interactions';
import { openGraphSession } from '@attune/onnx';
import { parseSettings } from '../parse-settings';
import { POPULARITY } from './popularity';

const DAY_MS = 86_400_000;

type Row = readonly [user: number, item: number, value: number, day?: number];

function interactionsOf(rows: readonly Row[], itemCount = 3): Interactions {
  return {
    userCount: 1 + Math.max(-1, ...rows.map(([user]) => user)),
    itemCount,
    userIndex: Int32Array.from(rows, ([user]) => user),
    itemIndex: Int32Array.from(rows, ([, item]) => item),
    value: Float32Array.from(rows, ([, , value]) => value),
    timeMs: Float64Array.from(rows, ([, , , day]) => (day === undefined ? Number.NaN : day * DAY_MS)),
  };
}

async function scoresOf(rows: readonly Row[], settings: object = {}, userSegments?: string[], user = 0) {
  const data = { interactions: interactionsOf(rows), userSegments };
  await using model = await POPULARITY.fit({ data, settings: parseSettings(POPULARITY, settings) });
  return [...(await model.scoreAll(Int32Array.of(user)))];
}

describe('popularity', () => {
  it('halves an interaction every half-life, measured at the newest one', async () => {
    const rows: Row[] = [
      [0, 0, 1, 0],
      [0, 1, 1, 10],
      [1, 2, 2, 20],
    ];
    expect(await scoresOf(rows, { halfLifeDays: 10 })).toEqual([0.25, 0.5, 2]);
  });

  it('counts plainly without times, and lets dislikes subtract', async () => {
    const rows: Row[] = [
      [0, 0, 1],
      [0, 1, 1],
      [1, 0, 1],
      [1, 1, -1],
      [2, 1, -2],
    ];
    expect(await scoresOf(rows)).toEqual([2, -2, 0]);
  });

  it('does not look beyond the moment of measuring', async () => {
    const rows: Row[] = [
      [0, 0, 1, 0],
      [0, 1, 1, 10],
    ];
    expect(await scoresOf(rows, { asOfMs: 0 })).toEqual([1, 0, 0]);
  });

  it('counts an interaction without a time as the mean of the others', async () => {
    const rows: Row[] = [
      [0, 0, 1, 0],
      [0, 1, 1, 10],
      [0, 2, 1],
    ];
    expect(await scoresOf(rows, { halfLifeDays: 10 })).toEqual([0.5, 1, 0.75]);
  });

  it('shows a segment its own taste once it has said enough, and what all like until then', async () => {
    const rows: Row[] = [
      ...Array.from({ length: 9 }, (_, user): Row => [user, 0, 1]),
      ...Array.from({ length: 4 }, (_, user): Row => [user + 9, 1, 1]),
    ];
    const segments = rows.map((_, user) => (user < 9 ? 'many' : 'few'));
    const ofFew = (segmentPriorWeight: number) => scoresOf(rows, { segmentPriorWeight }, segments, 9);
    const [trusted, shrunk] = [await ofFew(1), await ofFew(100)];
    expect(trusted[1]!).toBeGreaterThan(trusted[0]!);
    expect(shrunk[1]!).toBeLessThan(shrunk[0]!);
    expect(await scoresOf(rows, {}, ['', ...segments.slice(1)], 0)).toEqual([9, 4, 0]);
  });

  it('serves the same ranking as a graph, to anybody', async () => {
    const rows: Row[] = [
      [0, 1, 3],
      [1, 2, 5],
    ];
    await using model = await POPULARITY.fit({
      data: { interactions: interactionsOf(rows) },
      settings: parseSettings(POPULARITY, {}),
    });
    const [graph] = model.graphs!();
    await using session = await openGraphSession(graph!.model);
    const { item_indices, scores } = await session.run({ k: { type: 'int64', dims: [1], data: [2] } });
    expect([item_indices!.data, scores!.data]).toEqual([
      [2, 1],
      [5, 3],
    ]);
    const empty = { rowCount: 1, offsets: new Int32Array(2), indices: new Int32Array(), values: new Float32Array() };
    expect([...(await model.scoreHistories!(empty))]).toEqual([0, 3, 5]);
  });

  it('refuses data in which nobody likes anything', async () => {
    await expect(scoresOf([[0, 0, -1]])).rejects.toMatchObject({ code: 'failed_precondition.dataset_no_positives' });
    await expect(scoresOf([])).rejects.toMatchObject({ code: 'failed_precondition.dataset_no_positives' });
  });

  it('refuses settings with a violation for each that is wrong', () => {
    const violations = ['settings.halfLifeDays', 'settings.colour'].map((field) => expect.objectContaining({ field }));
    expect(() => parseSettings(POPULARITY, { halfLifeDays: 0, colour: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid.settings', violations }),
    );
  });
});
