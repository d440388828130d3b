import { calibratePart } from '../../domain/calibrate-part';
import type { Candidate } from '../../domain/candidate';
import { columnOf } from '../../domain/feature-table';
import { popularityAmong, recencyOf, scoreByRules, socialProofOf, type Terms } from '../../domain/rules';
import { interestIn, matchOf } from '../../domain/topic-interest';
import type { ItemCatalog } from '../../item-ports';
import type { Scorer, ScoringQuery } from '../parts';

const DAY_MS = 86_400_000;
const FEATURES = {
  user: [],
  item: [
    'user_item_interest_match',
    'item_age_days',
    'item_popularity_decayed',
    'item_author_trust',
    'user_item_social_proof',
  ],
} as const;

/** Sources that tell what is popular. */
const POPULAR = ['trending', 'recent_popularity'];

/**
 * Interest, recency, popularity, trust and social proof: complete without any model, the baseline of every comparison and the last
 * fallback. Where no features could be read it goes by what serving itself keeps: topics of recent likes, times of publication, and what
 * the sources said.
 */
export function rulesScorer({
  catalog,
}: {
  readonly catalog: Pick<ItemCatalog, 'publishedAtMs' | 'topicsOf'>;
}): Scorer {
  return {
    name: 'scorers/rules',
    description:
      'scores by interest match, recency, popularity, trust of the author and social proof, without any model',
    part: 'rules',
    // What is known of the user is looked at only where the user agreed; what is left ranks for everybody.
    isPersonal: false,
    features: () => FEATURES,
    score: async (query) => {
      const scores = scoreByRules(query.items.length, termsOf(query, catalog), query.request.surface.rules);
      return { raw: scores, calibrated: calibratePart(scores) };
    },
    withoutIt: 'the slate stays in the order of the sources',
  };
}

type Catalog = Parameters<typeof rulesScorer>[0]['catalog'];

function termsOf(query: ScoringQuery, catalog: Catalog): Terms {
  const { user, candidates } = query;
  const isPersonal = user.agreement === 'agreed';
  const popularity = featureOf(query, 'item_popularity_decayed');
  const trust = featureOf(query, 'item_author_trust');
  return {
    interest_match: interestOf(query, catalog),
    recency: ageDaysOf(query, catalog).map(recencyOf),
    popularity: popularity === undefined ? popularityBySource(candidates) : popularityAmong(popularity),
    ...(trust && { trust }),
    ...(isPersonal && { social_proof: socialProofOfEach(query) }),
  };
}

/** How near an item is to what is wanted: to the item that the request names, or to the user's interests. */
function interestOf(query: ScoringQuery, catalog: Catalog): Float64Array | undefined {
  const { request, user, candidates } = query;
  if (request.relatedTo !== undefined) return nearnessBySource(candidates);
  if (user.agreement !== 'agreed') return undefined;
  const known = featureOf(query, 'user_item_interest_match');
  if (known?.some(Number.isFinite)) return known;
  const interest = interestIn(
    user.recents.map(({ item, strength, atMs }) => ({ topics: catalog.topicsOf(item), strength, atMs })),
    request.nowMs,
  );
  return interest.size === 0 ? undefined : eachOf(query, (item) => matchOf(interest, catalog.topicsOf(item)).match);
}

/** [candidates]: a feature as it was read, NaN where missing; undefined where it was not read at all. */
function featureOf({ features, items }: ScoringQuery, name: string): Float64Array | undefined {
  if (features === undefined) return undefined;
  const { values, names } = features.items;
  const column = columnOf(features.items, name);
  if (column < 0) return undefined;
  const term = new Float64Array(items.length);
  for (let row = 0; row < term.length; row++) term[row] = values[row * names.length + column]!;
  return term;
}

function eachOf({ items }: ScoringQuery, value: (item: number) => number): Float64Array {
  const term = new Float64Array(items.length);
  for (let row = 0; row < term.length; row++) term[row] = value(items[row]!);
  return term;
}

/** [candidates]: days since the publication, by the feature or else by the catalog. */
function ageDaysOf(query: ScoringQuery, catalog: Catalog): Float64Array {
  const published = eachOf(query, (item) => (query.request.nowMs - catalog.publishedAtMs(item)) / DAY_MS);
  const age = featureOf(query, 'item_age_days');
  return age === undefined ? published : age.map((days, row) => (Number.isNaN(days) ? published[row]! : days));
}

/** [candidates]: by the feature, or else by what the source of that name found, which knows whom the user follows. */
function socialProofOfEach(query: ScoringQuery): Float64Array {
  const people = featureOf(query, 'user_item_social_proof') ?? scoresBy('social', query.candidates);
  return people.map((count) => socialProofOf(Number.isNaN(count) ? 0 : count));
}

/** [candidates]: by the lists of what is popular, each on a scale of its own; what they do not name is less popular than all that they name. */
function popularityBySource(candidates: readonly Candidate[]): Float64Array | undefined {
  const lists = POPULAR.map((source) => scoresBy(source, candidates)).filter((scores) =>
    scores.some((score) => score > 0),
  );
  if (lists.length === 0) return undefined;
  const scaled = lists.map(popularityAmong);
  return Float64Array.from(candidates, (_, row) =>
    Math.max(0, ...scaled.map((list) => list[row]!).filter(Number.isFinite)),
  );
}

/** [candidates]: by the place in the list of `similar`, from 1 for the nearest down to 0, since likenesses hardly differ; 0 beyond it. */
function nearnessBySource(candidates: readonly Candidate[]): Float64Array | undefined {
  let last = -1;
  const places = Float64Array.from(candidates, ({ sourceScores }) => {
    const rank = sourceScores.find(({ source }) => source === 'similar')?.rank ?? -1;
    last = Math.max(last, rank);
    return rank;
  });
  return last < 0 ? undefined : places.map((rank) => (rank < 0 ? 0 : 1 - rank / (last + 1)));
}

/** [candidates]: what a source gave each; NaN for what it did not propose. */
function scoresBy(name: string, candidates: readonly Candidate[]): Float64Array {
  return Float64Array.from(candidates, ({ sourceScores }) => {
    return sourceScores.find(({ source }) => source === name)?.score ?? Number.NaN;
  });
}
