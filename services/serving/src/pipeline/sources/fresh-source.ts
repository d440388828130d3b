import { interestIn, matchOf } from '../../domain/topic-interest';
import type { ItemCatalog } from '../../item-ports';
import type { Proposal, Source, SourceQuery, UserState } from '../parts';

const HOUR_MS = 3_600_000;
/** Among so many times as many of the newest it looks for what interests the user. */
const POOL_FACTOR = 5;
const LEAST_POOL = 200;

/** What the source needs. */
export interface FreshParts {
  readonly catalog: ItemCatalog;
  /** What was published longer ago is not fresh. */
  readonly freshHours: number;
}

/** What was published lately: what is about topics that the user likes first, then the newest. */
export function freshSource({ catalog, freshHours }: FreshParts): Source {
  return {
    name: 'sources/fresh',
    description: `proposes what was published in the last ${freshHours} hours, what is about topics of the user's recent likes first`,
    turn: 'always',
    // It is the same for everybody but for the order, which looks at the user only where the user agreed.
    isPersonal: false,
    reason: 'New',
    withoutIt: 'the slate holds nothing for being new',
    propose: async (query) => proposalOf(query, catalog, freshHours),
  };
}

function proposalOf({ request, user, count }: SourceQuery, catalog: ItemCatalog, freshHours: number): Proposal {
  const { nowMs } = request;
  const wanted = Math.max(LEAST_POOL, count * POOL_FACTOR);
  const pool = catalog.newest(wanted, nowMs - freshHours * HOUR_MS);
  const interest = interestOf(user, catalog, nowMs);
  // What is dated ahead is not there yet.
  const ranked: { readonly item: number; readonly topic: number; readonly score: number }[] = [];
  for (const item of pool) {
    const ageMs = nowMs - catalog.publishedAtMs(item);
    if (ageMs < 0) continue;
    const { match, best } = matchOf(interest, catalog.topicsOf(item));
    const recency = 1 - ageMs / (freshHours * HOUR_MS);
    ranked.push({ item, topic: best, score: match > 0 ? 1 + match + recency : recency });
  }
  ranked.sort((a, b) => b.score - a.score || a.item - b.item);
  const best = ranked.slice(0, count);
  const topicOf = new Map(best.map(({ item, topic }) => [item, topic]));
  return {
    items: best.map(({ item }) => item),
    scores: best.map(({ score }) => score),
    isExhausted: pool.length < wanted && ranked.length <= count,
    note: best.length === 0 ? `nothing was published in the last ${freshHours} hours` : undefined,
    because: (item) => {
      const topic = topicOf.get(item) ?? -1;
      return topic < 0 ? undefined : `New in ${catalog.topicName(topic)}`;
    },
  };
}

function interestOf(
  { agreement, recents }: UserState,
  catalog: ItemCatalog,
  nowMs: number,
): ReadonlyMap<number, number> {
  if (agreement !== 'agreed') return new Map();
  return interestIn(
    recents.map(({ item, strength, atMs }) => ({ topics: catalog.topicsOf(item), strength, atMs })),
    nowMs,
  );
}
