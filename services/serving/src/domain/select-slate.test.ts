import fc from 'fast-check';
import { seededRandom } from './seeded-random';
import { type SelectedSlate, type SlateQuestion, selectSlate } from './select-slate';

const NO_DIVERSITY = { likeness: 0, author: 0.5, category: 0.5, novelty: 0 };
const ALONE = { authors: [], categories: [] };

/** Candidates whose scores fall with their number, of which the first `scored` were scored. */
function aQuestion(changes: Partial<SlateQuestion> & { readonly scoredCount?: number } = {}): SlateQuestion {
  const { candidateCount = 20, scoredCount = candidateCount, ...rest } = changes;
  return {
    count: 10,
    candidateCount,
    scored: {
      scores: Float64Array.from({ length: scoredCount }, (_, at) => 1 - at / 1000),
      authors: new Int32Array(scoredCount).fill(-1),
      categories: new Int32Array(scoredCount).fill(-1),
      novelty: new Float64Array(scoredCount),
    },
    diversity: NO_DIVERSITY,
    exploration: { share: 0, pool: 50 },
    pins: [],
    pinned: ALONE,
    proposedBy: () => false,
    random: seededRandom(new Uint8Array([1])),
    ...rest,
  };
}

const places = ({ slate }: SelectedSlate) => slate.map(({ at }) => at);
const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('selectSlate', () => {
  it('is the plain ranking where nothing else is wanted', () => {
    const selected = selectSlate(aQuestion());
    expect(places(selected)).toEqual(ten);
    expect(selected.below).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(selected.slate.every(({ propensity, placedBy }) => propensity === 1 && placedBy === 'rank')).toBe(true);
  });

  it('never gives a shorter slate than there could be, nor an item twice, whatever is wanted', () => {
    const anyQuestion = fc.record({
      ...{ count: fc.integer({ min: 1, max: 40 }), candidateCount: fc.integer({ min: 0, max: 60 }) },
      ...{ scoredShare: fc.double({ min: 0, max: 1, noNaN: true }), kinds: fc.integer({ min: 1, max: 8 }) },
      likeness: fc.double({ min: 0, max: 1, noNaN: true }),
      ...{ alike: fc.double({ min: 0, max: 1, noNaN: true }), novelty: fc.double({ min: 0, max: 1, noNaN: true }) },
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      ...{ pool: fc.integer({ min: 1, max: 30 }), seed: fc.integer({ min: 0, max: 255 }) },
      pinnedPlaces: fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 5 }),
    });
    const holds = fc.property(anyQuestion, (drawn) => {
      const { count, candidateCount, kinds, share, pool, seed } = drawn;
      const random = seededRandom(new Uint8Array([seed]));
      const n = Math.floor(candidateCount * drawn.scoredShare);
      const kind = () => Int32Array.from({ length: n }, () => Math.floor(random() * (kinds + 1)) - 1);
      const pins = drawn.pinnedPlaces
        .filter((position) => position < count)
        .sort((a, b) => a - b)
        .map((position, at) => ({ item: 1000 + at, position }));
      const { slate, below } = selectSlate({
        ...{ count, candidateCount, pins, random, pinned: ALONE, exploration: { share, pool } },
        proposedBy: (source, at) => source === 'odd' && at % 2 === 1,
        arms: seed % 2 === 0 ? undefined : { arm: 'odd', probabilities: new Map([['odd', 1]]) },
        scored: {
          ...{ authors: kind(), categories: kind(), novelty: new Float64Array(n) },
          scores: Float64Array.from({ length: n }, () => Math.round(random() * 5) / 5),
        },
        diversity: { likeness: drawn.likeness, author: drawn.alike, category: drawn.alike, novelty: drawn.novelty },
      });
      expect(slate).toHaveLength(Math.min(count, candidateCount + pins.length));
      const ofCandidates = slate.filter(({ placedBy }) => placedBy !== 'pin').map(({ at }) => at);
      const pinned = slate.filter(({ placedBy }) => placedBy === 'pin').map(({ at }) => at);
      expect(new Set(pinned).size).toBe(pins.length);
      expect([...ofCandidates, ...below].sort((a, b) => a - b)).toEqual([...Array(candidateCount).keys()]);
      expect(slate.every(({ propensity }) => propensity > 0 && propensity <= 1)).toBe(true);
      expect(slate[0]?.placedBy).not.toBe('exploration');
    });
    fc.assert(holds, { seed: 7, numRuns: 2000 });
  });

  it('puts what was not scored behind what was, however diverse the slate should be', () => {
    const question = aQuestion({ candidateCount: 20, scoredCount: 6 });
    question.scored.authors.fill(3);
    const selected = selectSlate({ ...question, diversity: { ...NO_DIVERSITY, likeness: 1, author: 1 } });
    expect(places(selected)).toEqual(ten);
  });

  it('puts pins in their places and moves the ranking around them', () => {
    const pins = [
      { item: 100, position: 0 },
      { item: 101, position: 2 },
    ];
    const { slate } = selectSlate(aQuestion({ count: 4, pins }));
    expect(slate.map(({ placedBy, at }) => `${placedBy} ${at}`)).toEqual(['pin 0', 'rank 0', 'pin 1', 'rank 1']);
    expect(slate.every(({ propensity }) => propensity === 1)).toBe(true);
  });

  it('puts a pin for a place beyond the end of a short slate into the last one', () => {
    const { slate } = selectSlate(aQuestion({ candidateCount: 2, pins: [{ item: 100, position: 7 }] }));
    expect(slate.map(({ placedBy }) => placedBy)).toEqual(['rank', 'rank', 'pin']);
  });
});

describe('places left to chance', () => {
  const explore = (seed: number, changes: Partial<SlateQuestion> = {}) =>
    selectSlate(
      aQuestion({
        ...{ candidateCount: 40, exploration: { share: 0.2, pool: 10 } },
        random: seededRandom(Uint8Array.of(seed, seed >> 8)),
        ...changes,
      }),
    );

  it('are as many as the share says, never the first, each with the propensity of its pool', () => {
    const { slate } = explore(1);
    const drawn = slate.filter(({ placedBy }) => placedBy === 'exploration');
    expect(drawn).toHaveLength(2);
    expect(drawn.every(({ propensity }) => propensity === 1 / 10)).toBe(true);
    expect(slate.filter(({ placedBy }) => placedBy === 'rank').map(({ at }) => at)).toEqual(ten.slice(0, 8));
  });

  it('get each candidate of the pool as often as their propensity says, and nobody else', () => {
    const counts = new Map<number, number>();
    const slates = 5000;
    for (let seed = 0; seed < slates; seed++) {
      for (const { placedBy, at } of explore(seed).slate) {
        if (placedBy === 'exploration') counts.set(at, (counts.get(at) ?? 0) + 1);
      }
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
    // 10,000 draws over 10: a standard deviation is 28 (two of one slate are never the same item); five of them
    for (const count of counts.values()) expect(Math.abs(count - (2 * slates) / 10)).toBeLessThan(140);
  });

  it('are drawn from the source that a policy chose, as often as the propensity says over all arms', () => {
    const proposedBy = (source: string, at: number) => source === 'odd' && at % 2 === 1;
    const probabilities = new Map([
      ['odd', 0.75],
      ['runners_up', 0.25],
    ]);
    const [counts, propensities] = [new Map<number, number>(), new Map<number, number>()];
    const slates = 8000;
    for (let seed = 0; seed < slates; seed++) {
      const arm = seed % 4 === 0 ? 'runners_up' : 'odd';
      for (const { placedBy, at, propensity } of explore(seed, { arms: { arm, probabilities }, proposedBy }).slate) {
        if (placedBy !== 'exploration') continue;
        counts.set(at, (counts.get(at) ?? 0) + 1);
        propensities.set(at, propensity);
      }
    }
    // 16,000 draws, none more likely than 0.1: a standard deviation is at most 38; five of them
    for (const [at, count] of counts)
      expect([at, Math.abs(count - 2 * slates * propensities.get(at)!) < 190]).toEqual([at, true]);
    expect([propensities.get(9), propensities.get(8)]).toEqual([0.75 / 10 + 0.25 / 10, 0.25 / 10]);
  });

  it('are spread over the slate: every place but the first has its turn', () => {
    const turns = new Int32Array(10);
    for (let seed = 0; seed < 500; seed++) {
      explore(seed).slate.forEach(({ placedBy }, place) => {
        turns[place]! += Number(placedBy === 'exploration');
      });
    }
    expect(turns[0]).toBe(0);
    // 500 slates with one in each half of the nine places: 111 each; five standard deviations of 10
    for (const count of turns.subarray(1)) expect(Math.abs(count - 111)).toBeLessThan(50);
  });

  it('are the same for the same draws', () => {
    expect(explore(3)).toEqual(explore(3));
    expect(explore(3)).not.toEqual(explore(4));
  });

  it('do not exist where everything is in the slate anyway', () => {
    const { slate } = explore(1, { candidateCount: 10, scored: aQuestion({ candidateCount: 10 }).scored });
    expect(slate.every(({ placedBy }) => placedBy === 'rank')).toBe(true);
  });
});
