import { openGraphSession } from '@attune/onnx';
import { type AnInteraction, aCommunity, aTable, testStrength } from '../../tests/an-interaction-table';
import { strengthsOf } from './interaction-table';
import { popularityScores, trainPopularity } from './train-popularity';

const DAY_MS = 86_400_000;

function scoresAt(day: number, ...interactions: AnInteraction[]): number[] {
  const table = aTable(...interactions);
  const strengths = strengthsOf(table, testStrength);
  return [...popularityScores({ table, strengths, halfLifeDays: 7, asOfMs: day * DAY_MS })];
}

describe('popularityScores', () => {
  it('halves an interaction after its half-life', () => {
    expect(scoresAt(14, { day: 0 }, { day: 7 }, { day: 14 })).toEqual([1.75]);
  });

  it('subtracts hides', () => {
    expect(scoresAt(0, {}, { type: 'hide', user: 'v' })).toEqual([-1]);
  });

  it('does not look into the future', () => {
    expect(scoresAt(3, { day: 4 })).toEqual([0]);
  });

  it('counts a rating by its stars', () => {
    expect(scoresAt(0, { type: 'rating', value: 4 }, { type: 'rating', value: 1, item: 'j' })).toEqual([0.5, -1]);
  });
});

describe('trainPopularity', () => {
  it('gives a graph that lists the most popular items first', async () => {
    const table = aTable({ item: 'old', day: 0 }, { item: 'new', day: 30 }, { item: 'hidden', type: 'hide', day: 30 });
    const trained = trainPopularity({ table, settings: { halfLifeDays: 7 }, strengthOf: testStrength });
    const [{ model, goldenInputs }] = trained.graphs as [(typeof trained.graphs)[number]];
    await using session = await openGraphSession(model);
    const { item_indices } = await session.run(goldenInputs[1]!);
    expect(item_indices!.data.map((row) => trained.itemIds[row])).toEqual(['new', 'old', 'hidden']);
  });

  it('measures itself on the items that users did last', () => {
    const progress: number[] = [];
    const { metrics } = trainPopularity({
      table: aCommunity(),
      settings: { halfLifeDays: 14 },
      strengthOf: testStrength,
      onProgress: ({ fraction }) => progress.push(fraction),
    });
    expect(metrics.evaluated_users).toBe(300);
    expect(metrics['hit_rate@10']).toBeGreaterThan(10 / 120);
    expect(metrics['ndcg@10_low']).toBeLessThan(metrics['ndcg@10']!);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });

  it('refuses a dataset in which nothing is liked', () => {
    const request = { table: aTable({ type: 'hide' }), settings: { halfLifeDays: 7 }, strengthOf: testStrength };
    expect(() => trainPopularity(request)).toThrow(
      expect.objectContaining({ code: 'failed_precondition.dataset_no_positives' }),
    );
  });
});
