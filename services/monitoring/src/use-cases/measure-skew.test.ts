import { CategoryCounts, sketchOf } from '@attune/drift';
import { seededRandom } from '@attune/testkit';
import type { TrainedFeature } from '../domain/detection/judge-skew';
import type { SeriesLabels, SeriesReader, SeriesStep } from '../ports';
import { makeSkewDetector } from './detect-skew';
import { makeMeasureSkew } from './measure-skew';

const HOUR_MS = 3_600_000;
const STEP_MS = 300_000;
const NOW = new Date('2026-05-08T18:00:00Z');
const options = { signal: new AbortController().signal };

/** By the hour of the day most features rise and fall. */
const ageAt = (at: number, random: () => number) =>
  10 + 4 * Math.sin((at / HOUR_MS / 24) * 2 * Math.PI) + 10 * random();

interface Served {
  readonly slatesAnHour: number;
  readonly made?: (value: number, at: number) => number;
  readonly words?: Readonly<Record<string, number>>;
}

/** Series of a day of slates with two items each, and of one word of their users. */
function serving({ slatesAnHour, made = (value) => value, words = { de: 3, en: 1 } }: Served): SeriesReader {
  const random = seededRandom(3);
  const slates: SeriesStep[] = [];
  const feature: SeriesStep[] = [];
  const wordSteps = new Map(Object.keys(words).map((word) => [word, [] as SeriesStep[]]));
  for (let at = NOW.getTime() - 24 * HOUR_MS; at < NOW.getTime(); at += STEP_MS) {
    const count = Math.round((slatesAnHour * STEP_MS) / HOUR_MS);
    const step = { at: new Date(at), count, sum: count, sumOfSquares: count, min: 0, max: 1 };
    slates.push(step);
    const values = Array.from({ length: 2 * count }, () => made(ageAt(at, random), at));
    feature.push({ ...step, count: values.length, sketch: sketchOf(values).encode() });
    for (const [word, steps] of wordSteps) steps.push({ ...step, count: Math.round((count * words[word]!) / 4) });
  }
  const all: Readonly<Record<string, readonly { labels: SeriesLabels; steps: readonly SeriesStep[] }[]>> = {
    slates: [{ labels: {}, steps: slates }],
    feature: [{ labels: { feature: 'item_age' }, steps: feature }],
    feature_words: [...wordSteps].map(([word, steps]) => ({ labels: { feature: 'language', word }, steps })),
  };
  return {
    read: async ({ metric, from, to }) =>
      all[metric]!.map(({ labels, steps }) => ({
        ...{ metric, labels },
        steps: steps.filter(({ at }) => at >= from && at < to),
      })),
  };
}

const random = seededRandom(8);
const words = new CategoryCounts();
words.add('de', 7_000);
words.add('en', 3_000);
const TRAINED: readonly TrainedFeature[] = [
  {
    ...{ name: 'item_age', kind: 'numbers' },
    parts: [sketchOf(Array.from({ length: 20_000 }, (_, at) => ageAt(at * STEP_MS, random)))],
  },
  { name: 'language', kind: 'words', parts: [words] },
];

function measuring(served: Served, { hoursAgo = 100, trained = TRAINED } = {}) {
  const since = new Date(NOW.getTime() - hoursAgo * HOUR_MS);
  return makeMeasureSkew({
    series: serving(served),
    profiles: { profileOf: async () => trained },
    production: { productionOf: async (model) => (model === 'engagement' ? { version: '3', since } : undefined) },
  });
}

describe('measuring skew', () => {
  it.each([
    [600, 1, 'the last hour, where that has enough slates'],
    [120, 6, 'the last six hours'],
    [24, 24, 'the last day'],
  ])('takes of %d slates an hour those of %d hours: %s', async (slatesAnHour, hours) => {
    const skew = await measuring({ slatesAnHour })('engagement', NOW, options);
    expect(Math.round((skew!.to.getTime() - skew!.from.getTime()) / HOUR_MS)).toBe(hours);
    expect(skew!.verdict).toMatch(/slates of version 3, 0 of 2 features are other than in its training set$/);
  });

  it('looks at nothing from before the version was in production', async () => {
    const skew = await measuring({ slatesAnHour: 240 }, { hoursAgo: 3 })('engagement', NOW, options);
    expect(skew!.from).toEqual(new Date(NOW.getTime() - 3 * HOUR_MS));
    const early = await measuring({ slatesAnHour: 240 }, { hoursAgo: 1 })('engagement', NOW, options);
    expect(early).toMatchObject({ features: [], verdict: expect.stringContaining('are too few: it takes 500') });
  });

  it('says nothing of a model that does not serve, and of a version without a profile', async () => {
    expect(await measuring({ slatesAnHour: 600 })('als', NOW, options)).toBeUndefined();
    const without = await measuring({ slatesAnHour: 600 }, { trained: [] })('engagement', NOW, options);
    expect(without).toMatchObject({ features: [], verdict: expect.stringContaining('without a profile') });
  });
});

describe('detecting skew', () => {
  const detected = (served: Served, now = NOW) => makeSkewDetector(measuring(served)).detect(now, options);

  it('is calm in every hour of a day, and says which features are in order', async () => {
    const detector = makeSkewDetector(measuring({ slatesAnHour: 600 }));
    for (let hoursAgo = 22; hoursAgo >= 0; hoursAgo--) {
      const now = new Date(NOW.getTime() - hoursAgo * HOUR_MS);
      const { findings, inOrder } = await detector.detect(now, options);
      expect(findings).toEqual([]);
      expect(inOrder.map(({ measure }) => measure)).toEqual(['item_age', 'language']);
    }
  });

  it('finds a unit that changed an hour ago, and a vocabulary that is another one', async () => {
    const changedAt = NOW.getTime() - 1.1 * HOUR_MS;
    const made = (value: number, at: number) => (at < changedAt ? value : 1_000 * value);
    const { findings, inOrder } = await detected({ slatesAnHour: 600, made, words: { DE: 3, en: 1 } });
    expect(findings.map(({ measure, summary }) => [measure, summary])).toEqual([
      ['item_age', expect.stringMatching(/^item_age: values in serving are \d+ times those of training \(a median of/)],
      [
        'language',
        expect.stringMatching(/^language: 7\d(\.\d)? % of the words in serving were never seen in training: DE$/),
      ],
    ]);
    expect(findings[0]).toMatchObject({ kind: 'training_serving_skew', subject: 'model:engagement', version: '3' });
    expect(inOrder).toEqual([]);
  });

  it('asks training again after a quarter of an hour, or where it was away', async () => {
    let asked = 0;
    const measureSkew = measuring({ slatesAnHour: 600 });
    const detector = makeSkewDetector((...question) => {
      if (++asked === 1) throw new Error('training is away');
      return measureSkew(...question);
    });
    const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);
    await expect(detector.detect(minutes(0), options)).rejects.toThrow('away');
    for (const minute of [1, 2, 15]) await detector.detect(minutes(minute), options);
    expect(asked).toBe(2);
    await detector.detect(minutes(16), options);
    expect(asked).toBe(3);
  });
});
