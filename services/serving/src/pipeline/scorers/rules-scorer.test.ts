import { aRequest, aUser, NOW, waiting } from '../../../tests/fixtures/a-request';
import { HOME } from '../../domain/built-in-surfaces';
import { calibratePart } from '../../domain/calibrate-part';
import type { SourceScore } from '../../domain/candidate';
import type { Rule } from '../../domain/surface';
import type { ScoringQuery } from '../parts';
import { rulesScorer } from './rules-scorer';

const DAY_MS = 86_400_000;
// Item i was published i days ago and is about topic i % 2; of item 9 nothing is known.
const catalog = {
  publishedAtMs: (item: number) => (item === 9 ? Number.NaN : NOW.getTime() - item * DAY_MS),
  topicsOf: (item: number) => (item === 9 ? [] : [item % 2]),
};
const scorer = rulesScorer({ catalog });

interface Asked {
  readonly rules: Partial<Record<Rule, number>>;
  readonly items?: readonly number[];
  readonly features?: Readonly<Record<string, readonly number[]>>;
  readonly sources?: readonly SourceScore[][];
  readonly user?: Parameters<typeof aUser>[0];
  readonly relatedTo?: number;
}

async function score({ rules, items = [0, 3, 6], features, sources, user, relatedTo }: Asked): Promise<number[]> {
  const names = Object.keys(features ?? {});
  const query: ScoringQuery = {
    request: aRequest({ surface: { ...HOME, rules }, relatedTo }),
    user: aUser(user),
    strategy: 'rule_based',
    candidates: items.map((item, at) => ({ item, sourceScores: sources?.[at] ?? [] })),
    items: Int32Array.from(items),
    features: features && {
      user: [],
      items: {
        ...{ names, rowCount: items.length, missing: new Uint8Array(0), updatedAtMs: new Float64Array(items.length) },
        values: Float64Array.from(items.flatMap((_, row) => names.map((name) => features[name]![row]!))),
        readAtMs: NOW.getTime(),
      },
    },
  };
  const { raw, calibrated } = (await scorer.score(query, waiting))!;
  expect(calibrated).toEqual(calibratePart(raw));
  return [...raw];
}

const from = (source: string, score: number, rank = 0): SourceScore[] => [{ source, score, rank }];
const likedOdd = { recents: [{ item: 5, strength: 1, atMs: NOW.getTime() }] };

describe('by features', () => {
  it.each<[Rule, string, number[], number[]]>([
    ['interest_match', 'user_item_interest_match', [0.2, 0, 0.9], [0.2, 0, 0.9]],
    ['recency', 'item_age_days', [3, 0, 6], [0.5, 1, 0.25]],
    ['popularity', 'item_popularity_decayed', [0, 9, 99], [0, 0.5, 1]],
    ['trust', 'item_author_trust', [0.2, 0, 0.9], [0.2, 0, 0.9]],
    ['social_proof', 'user_item_social_proof', [0, 2, 6], [0, 0.5, 0.75]],
  ])('%s goes by %s', async (rule, name, values, expected) => {
    const scores = await score({ rules: { [rule]: 1 }, features: { [name]: values } });
    expect(scores).toEqual(expected.map((value) => expect.closeTo(value, 12)));
  });

  it('asks for exactly those', () => {
    const { user, item } = scorer.features(aRequest());
    expect([...user, ...item].sort()).toEqual([
      'item_age_days',
      'item_author_trust',
      'item_popularity_decayed',
      'user_item_interest_match',
      'user_item_social_proof',
    ]);
  });

  it('takes the time of publication of an item whose age was not read', async () => {
    expect(await score({ rules: { recency: 1 }, features: { item_age_days: [0, Number.NaN, 0] } })).toEqual([
      1, 0.5, 1,
    ]);
  });
});

describe('without features', () => {
  it('goes by times of publication', async () => {
    expect(await score({ rules: { recency: 1 } })).toEqual([1, 0.5, 0.25]);
  });

  it('goes by the topics of what the user liked lately', async () => {
    expect(await score({ rules: { interest_match: 1 }, user: likedOdd })).toEqual([0, 1, 0]);
  });

  it('goes by what is trending or was popular in the last hours, each list on a scale of its own', async () => {
    const sources = [from('trending', 99), from('trending', 9), from('recent_popularity', 3), []];
    const scores = await score({ rules: { popularity: 1 }, items: [0, 1, 2, 3], sources });
    expect(scores).toEqual([1, expect.closeTo(0.5, 12), 1, 0]);
  });

  it('goes by what people liked whom the user follows', async () => {
    expect(await score({ rules: { social_proof: 1 }, sources: [from('social', 2), [], []] })).toEqual([0.5, 0, 0]);
  });

  it('ranks even what nothing is known of', async () => {
    expect(await score({ rules: HOME.rules, items: [9] })).toHaveLength(1);
    expect(await score({ rules: { trust: 1 }, items: [9, 9] })).toEqual([0.5, 0.5]);
  });
});

it('looks at nothing that is known of a user who did not agree', async () => {
  const features = { user_item_interest_match: [0, 0, 1], user_item_social_proof: [0, 0, 5] };
  const rules = { interest_match: 1, social_proof: 1 };
  const user = { ...likedOdd, agreement: 'refused' as const };
  expect(await score({ rules, features, user, sources: [[], [], from('social', 9)] })).toEqual([0.5, 0.5, 0.5]);
});

it('goes by nearness to the item that the request names, whoever asks', async () => {
  const sources = [from('similar', 0.98, 1), from('similar', 0.99, 0), from('trending', 99)];
  const user = { agreement: 'refused' as const };
  expect(await score({ rules: { interest_match: 1 }, relatedTo: 77, sources, user })).toEqual([0.5, 1, 0]);
});
