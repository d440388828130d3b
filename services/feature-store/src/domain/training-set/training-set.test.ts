import fc from 'fast-check';
import { idHash } from '../id-hash';
import { ACT_COLUMNS } from './acts';
import { planColumns } from './column-plan';
import { ColumnStatistics } from './column-statistics';
import { ExampleBlock } from './example-block';
import { HashSet } from './hash-set';
import { KnownItems } from './known-items';
import { engagementLabel, isPositive } from './label-rule';
import { examplesViolations } from './question';
import { ReleaseQueue } from './release-queue';
import { replayedViews } from './replayed-views';
import { sampleItems } from './sample-items';
import { splitAt } from './split';
import { TextColumn } from './text-column';

const vocabulary = {
  isKnown: (type: string) => ['like', 'view', 'hide', 'impression'].includes(type),
  strengthOf: (type: string) => ({ like: 1, hide: -2, click: 0.3 })[type] ?? 0,
};

const question = {
  ...{ from: undefined, to: undefined, knownAt: undefined, includeFlagged: false, split: undefined, featureNames: [] },
  labelRule: { strengths: { like: 1 }, positiveThreshold: 0 },
  negatives: { fromImpressions: false, sampledPerPositive: 0, seed: 0, windowMs: 1_000 },
};

const fieldsOf = (changes: Partial<Parameters<typeof examplesViolations>[0]>) =>
  examplesViolations({ ...question, ...changes }, vocabulary).map(({ field }) => field);

describe('a question for labelled examples', () => {
  it('is taken as it is usually asked', () => {
    expect(fieldsOf({})).toEqual([]);
  });

  it('is refused with everything that is wrong with it', () => {
    const wrong = {
      from: new Date(2),
      to: new Date(1),
      labelRule: { strengths: { like: Number.NaN, lke: 1 }, positiveThreshold: -1 },
      negatives: { ...question.negatives, sampledPerPositive: 101, windowMs: 0 },
      split: { validationShare: 0.6, testShare: 0.4 },
      featureNames: ['user_trust_score', 'user_trust', 'user_trust_score'],
    };
    expect(fieldsOf(wrong)).toEqual([
      'from',
      'label_rule.strengths[like]',
      'label_rule.strengths[lke]',
      'label_rule.positive_threshold',
      'negatives.sampled_per_positive',
      'negatives.engagement_window_seconds',
      'split',
      'feature_names[1]',
      'feature_names[2]',
    ]);
    expect(fieldsOf({ split: { validationShare: 1, testShare: Number.NaN } })).toEqual([
      'split.validation_share',
      'split.test_share',
    ]);
    expect(fieldsOf({ from: new Date(Number.NaN) })).toEqual(['from']);
  });

  it('is refused when no strength reaches its threshold', () => {
    expect(fieldsOf({ labelRule: { strengths: { like: 1 }, positiveThreshold: 2 } })).toEqual(['label_rule.strengths']);
  });
});

describe('labels', () => {
  it('call every positive engagement a positive unless the rule says otherwise', () => {
    const rule = engagementLabel(vocabulary);
    expect(rule.strengths).toMatchObject({ like: 1, hide: -2, click: 0.3 });
    expect(rule.strengths).not.toHaveProperty('view');
    expect([-2, 0, 0.3, 1].map((strength) => isPositive(rule, strength))).toEqual([false, false, true, true]);
    expect(isPositive({ ...rule, positiveThreshold: 1 }, 0.3)).toBe(false);
  });

  it('are split by their moments alone', () => {
    const moments = { validationFromMs: 10, testFromMs: 20 };
    expect([9, 10, 19, 20].map((moment) => splitAt(moments, moment))).toEqual([0, 1, 1, 2]);
  });
});

describe('what waits for its moment', () => {
  it('comes out in the order of its moments, never early', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (moments) => {
        const queue = new ReleaseQueue<number>();
        for (const moment of moments) queue.add(moment, moment);
        const taken: number[] = [];
        for (let now = 0; now <= 50; now += 10) {
          for (let due = queue.take(now); due !== undefined; due = queue.take(now)) taken.push(due);
          expect(Math.max(-1, ...taken)).toBeLessThanOrEqual(now);
        }
        expect(taken).toEqual([...moments].sort((a, b) => a - b));
        expect(queue.size).toBe(0);
      }),
      { seed: 1 },
    );
  });
});

describe('sampled negatives', () => {
  const known = new KnownItems();
  const ids = Array.from({ length: 300 }, (_, n) => `ü-${n}`);
  for (const id of ids) known.add(id);
  const draw = (changes: Partial<Parameters<typeof sampleItems>[1]>) =>
    sampleItems(known, { count: 4, seed: 1, name: 'e1', engaged: new Set(), ownItem: idHash(ids[0]!), ...changes });

  it('are different known items, the same for the same seed and positive', () => {
    const drawn = draw({});
    expect(new Set(drawn).size).toBe(4);
    expect(ids).toEqual(expect.arrayContaining([...drawn]));
    expect(draw({})).toEqual(drawn);
    expect(draw({ seed: 2 })).not.toEqual(drawn);
    expect(draw({ name: 'e2' })).not.toEqual(drawn);
  });

  it('are none that the user engaged with, and fewer where hardly any are left', () => {
    const engaged = new Set(ids.slice(3).map(idHash));
    const drawn = draw({ engaged, count: 100 });
    expect([...drawn].sort()).toEqual(ids.slice(1, 3));
    expect(draw({ engaged: new Set(ids.map(idHash)) })).toEqual([]);
  });

  it('are drawn evenly', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 3_000; n++) {
      for (const id of draw({ name: `e${n}`, ownItem: 0 })) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // 12,000 draws of 300: 40 each, with a standard deviation of 6.3; six of these away never happens by chance
    expect(counts.size).toBe(300);
    for (const count of counts.values()) expect(Math.abs(count - 40)).toBeLessThan(38);
  });
});

describe('the columns of examples', () => {
  const { selected } = replayedViews(
    ['user_weekday_pattern', 'item_category', 'user_top_interests', 'item_views'],
    false,
  );
  const plan = planColumns(selected);

  it('have one column per number, and texts and names with scores apart', () => {
    expect(plan.featureColumns).toEqual([
      'item_category',
      'item_views',
      'user_top_interests',
      ...[0, 1, 2, 3, 4, 5, 6].map((day) => `user_weekday_pattern_${day}`),
    ]);
    expect(plan.texts).toEqual(['user_key', 'item_id', 'item_category', 'user_top_interests']);
    expect(plan.numbers.slice(0, 4)).toEqual(['occurred_at', 'label', 'strength', 'served']);
    expect(plan.numbers.slice(4, 9)).toEqual([...ACT_COLUMNS, 'item_views']);
  });

  it('keep what is written, and repeat what is the same', () => {
    const block = new ExampleBlock(plan, 2);
    const facts = {
      entry: 3,
      source: 1,
      userKey: 'k',
      itemId: 'ü',
      userHash: 1,
      itemHash: 2,
      occurredAtMs: 5,
    } as const;
    const [category, views, interests, weekdays] = plan.features as never as [never, never, never, never];
    for (const row of [0, 1]) {
      block.begin({ ...facts, label: 1, strength: 2, acts: 2, isServed: row === 1 });
      if (row === 0) {
        block.write(row, category, 'käse');
        block.write(row, views, 7);
        block.write(row, interests, [{ name: 'a', score: 0.5 }]);
        block.write(row, weekdays, [1, 2, 3, 4, 5, 6, 7]);
      } else {
        for (const columns of [category, views, interests, weekdays]) block.repeat(row, 0, columns);
      }
    }
    const { numbers, texts, rowCount, capacity, entries } = block.packed(9);
    expect([rowCount, ...entries]).toEqual([2, 3, 3]);
    const column = (index: number) => [...numbers.subarray(index * capacity, index * capacity + 2)];
    expect(plan.numbers.map((_, index) => column(index))).toEqual([
      ...[
        [5, 5],
        [1, 1],
        [2, 2],
        [0, 1],
      ],
      ...[0, 1, 0, 0].map((done) => [done, done]),
      [7, 7],
      ...[1, 2, 3, 4, 5, 6, 7].map((share) => [share, share]),
    ]);
    const read = texts.map(({ bytes, ends }) => Buffer.from(bytes.subarray(ends[0]!, ends[1]!)).toString());
    expect(read).toEqual(['k', 'ü', 'käse', '[{"name":"a","score":0.5}]']);
  });

  it('keep texts of any length and tell missing ones from empty ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 200 }), { nil: undefined })),
        (values) => {
          const column = new TextColumn(values.length);
          for (const value of values) column.add(value);
          const { bytes, ends, present } = column.packed();
          const read = values.map((_, row) =>
            present[row] === 0 ? undefined : Buffer.from(bytes.subarray(ends[row - 1] ?? 0, ends[row]!)).toString(),
          );
          expect(read).toEqual(values.map((value) => value && Buffer.from(value).toString()));
        },
      ),
      { seed: 3 },
    );
  });
});

describe('what is counted of examples', () => {
  it('is what the definition of each statistic says', () => {
    const column = new ColumnStatistics();
    column.add(Float64Array.from([1, Number.NaN, 3]));
    column.add(Float64Array.from([8]));
    const { mean, standardDeviation, ...rest } = column.summary('c');
    expect(rest).toEqual({ name: 'c', count: 3, missingCount: 1, min: 1, max: 8 });
    expect(mean).toBeCloseTo(4, 12);
    expect(standardDeviation).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 3), 12);
    expect(new ColumnStatistics().summary('e')).toMatchObject({ count: 0, mean: 0, min: 0, max: 0 });
  });

  it('counts each id once, however many there are', () => {
    const set = new HashSet();
    for (const round of [1, 2]) for (let n = 0; n < 5_000; n++) set.add(idHash(`id-${n * round}`));
    expect(set.size).toBe(new Set([...Array(5_000).keys()].flatMap((n) => [n, 2 * n])).size);
  });
});
