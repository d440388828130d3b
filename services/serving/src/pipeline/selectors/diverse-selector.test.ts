import { aRequest, aUser } from '../../../tests/fixtures/a-request';
import type { BlendedCandidate } from '../../domain/blend';
import { HOME } from '../../domain/built-in-surfaces';
import type { SourceScore } from '../../domain/candidate';
import { seededRandom } from '../../domain/seeded-random';
import type { Surface } from '../../domain/surface';
import { excludedFilter } from '../filters/excluded-filter';
import { hiddenFilter } from '../filters/hidden-filter';
import type { Selection } from '../parts';
import { diverseSelector } from './diverse-selector';

// Items are named by their numbers; item i has author i % 3 and category i % 2.
const catalog = {
  find: (itemId: string) => (Number(itemId) < 1000 ? Number(itemId) : -1),
  authorOf: (item: number) => item % 3,
  categoryOf: (item: number) => item % 2,
};
const selector = diverseSelector({ catalog, forbidding: [hiddenFilter, excludedFilter] });

const aCandidate = (item: number, at: number, changes: Partial<BlendedCandidate> = {}): BlendedCandidate => ({
  ...{ item, row: at, score: 1 - at / 100, sourceScores: [], parts: [], boost: 1 },
  ...changes,
});

interface Asked extends Partial<Omit<Selection, 'request' | 'user'>> {
  readonly items?: readonly number[];
  readonly count?: number;
  readonly surface?: Partial<Surface>;
  readonly user?: Parameters<typeof aUser>[0];
  readonly excluded?: ReadonlySet<number>;
}

const PLAIN = {
  diversity: { most: 0, author: 0, category: 0, novelty: 0 },
  exploration: { share: 0, pool: 10, policy: '' },
};

function select({ items = [0, 3, 6, 1, 4], count = 3, surface = {}, user = {}, excluded, ...rest }: Asked = {}) {
  const selection: Selection = {
    request: aRequest({ count, surface: { ...HOME, ...PLAIN, ...surface }, ...(excluded && { excluded }) }),
    user: aUser(user),
    ...{ strategy: 'hybrid', features: undefined, random: seededRandom(new Uint8Array([1])) },
    candidates: items.map((item, at) => aCandidate(item, at)),
    ...rest,
  };
  return selector.select(selection);
}

const itemsOf = ({ slate }: ReturnType<typeof select>) => slate.map(({ candidate }) => candidate.item);
const diversity = { most: 0.6, author: 1, category: 0, novelty: 0 };
const preferring = (value: number) => ({
  user: [{ name: 'user_diversity_preference', value, missing: 0, updatedAtMs: 0 }],
  items: {
    names: [],
    rowCount: 5,
    values: new Float64Array(0),
    missing: new Uint8Array(0),
    updatedAtMs: new Float64Array(5),
    readAtMs: 0,
  },
});

it('is the ranking where nothing else is wanted, and keeps what is below it', () => {
  const selected = select();
  expect(itemsOf(selected)).toEqual([0, 3, 6]);
  expect(selected.runnersUp.map(({ candidate }) => candidate.item)).toEqual([1, 4]);
});

describe('diversity', () => {
  it('moves items of one author apart, the more the user likes variety', () => {
    expect(itemsOf(select({ surface: { diversity }, features: preferring(1) }))).toEqual([0, 1, 3]);
    expect(itemsOf(select({ surface: { diversity }, features: preferring(0) }))).toEqual([0, 3, 6]);
  });

  it.each([
    ['is not known', {}, undefined],
    ['is known of a user who did not agree to be looked at', { agreement: 'refused' as const }, preferring(0)],
  ])('is in the middle where the preference %s', (_, user, features) => {
    const neutral = itemsOf(select({ surface: { diversity }, features: preferring(0.5) }));
    expect(itemsOf(select({ surface: { diversity }, user, features }))).toEqual(neutral);
    expect(neutral).not.toEqual(itemsOf(select({ surface: { diversity }, features: preferring(0) })));
  });

  it('counts what is pinned as part of the slate', () => {
    const surface = { diversity, pins: [{ itemId: '9', position: 2 }] };
    // item 9 is of the author of the first three
    expect(itemsOf(select({ surface, features: preferring(1) }))).toEqual([1, 0, 9]);
  });
});

describe('novelty', () => {
  const surface = { diversity: { most: 0, author: 0, category: 0, novelty: 0.9 } };
  const known = (views: readonly number[]) => ({
    ...preferring(1),
    items: { ...preferring(1).items, names: ['item_views'], values: Float64Array.from(views) },
  });

  it('prefers what few people viewed', () => {
    expect(itemsOf(select({ surface, features: known([900, 900, 900, 0, 900]) }))[0]).toBe(1);
  });

  it('goes by popularity scores, and else by what is trending, where views were not read', () => {
    const parts = (raw: number) => [{ part: 'popularity' as const, raw, calibrated: 0.5, weight: 1 }];
    const byPart = [900, 900, 0].map((raw, at) => aCandidate(at, at, { parts: parts(raw) }));
    expect(itemsOf(select({ surface, candidates: byPart, features: preferring(1) }))[0]).toBe(2);
    const trending = (score: number): SourceScore[] => [{ source: 'trending', score, rank: 0 }];
    const bySource = [900, 900, 0].map((score, at) => aCandidate(at, at, { sourceScores: trending(score) }));
    expect(itemsOf(select({ surface, candidates: bySource, features: preferring(1) }))[0]).toBe(2);
  });

  it('decides nothing where nobody can say what is known', () => {
    expect(itemsOf(select({ surface, features: preferring(1) }))).toEqual([0, 3, 6]);
  });
});

describe('pins', () => {
  const pinned = (itemId: string, asked: Omit<Asked, 'surface'> = {}, until?: string) =>
    select({ ...asked, surface: { pins: [{ itemId, position: 1, ...(until && { until }) }] } });

  it('puts a candidate or any other item into its place, with nothing left to chance', () => {
    expect(itemsOf(pinned('4'))).toEqual([0, 4, 3]);
    const { slate } = pinned('50');
    expect(slate[1]).toMatchObject({
      candidate: { item: 50, sourceScores: [], row: -1 },
      placedBy: 'pin',
      propensity: 1,
    });
    expect(slate).toHaveLength(3);
  });

  it('keeps what a pinned candidate was scored', () => {
    expect(pinned('4').slate[1]!.candidate).toMatchObject({ row: 4, score: 0.96 });
  });

  it.each([
    ['the user hid', '50', { user: { hidden: [50] } }],
    ['the caller excludes', '50', { excluded: new Set([50]) }],
    ['the catalog does not know', '5000', {}],
  ])('never overrules what %s', (_, itemId, asked) => {
    expect(itemsOf(pinned(itemId, asked))).toEqual([0, 3, 6]);
  });

  it('ends at its time', () => {
    expect(itemsOf(pinned('50', {}, '2026-05-01T12:00:00.001Z'))).toEqual([0, 50, 3]);
    expect(itemsOf(pinned('50', {}, '2026-05-01T12:00:00Z'))).toEqual([0, 3, 6]);
  });
});

it('draws explored places from what is below the slate', () => {
  const items = Array.from({ length: 40 }, (_, at) => at);
  const { slate, runnersUp } = select({
    items,
    count: 10,
    surface: { exploration: { share: 0.2, pool: 5, policy: '' } },
  });
  const drawn = slate.filter(({ placedBy }) => placedBy === 'exploration');
  expect(drawn.map(({ propensity }) => propensity)).toEqual([0.2, 0.2]);
  expect(drawn.every(({ candidate }) => candidate.item >= 8 && candidate.item < 13)).toBe(true);
  expect(runnersUp.map(({ candidate }) => candidate.item)).toEqual(
    items.filter((item) => item >= 8 && !drawn.some(({ candidate }) => candidate.item === item)),
  );
});
