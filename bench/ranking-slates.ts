// Slates as serving makes them, by its own use case and all of its parts, for the users of a simulated feed; only what lies behind the
// ports is of this bench.
import {
  ColumnarItemCatalog,
  type Decision,
  type KeptUser,
  type ModelShelf,
  makeDecideSlate,
  makePipeline,
  type Surface,
} from '@attune/serving';
import { FeedFeatures } from './ranking-features.ts';
import type { Act, Feed } from './ranking-feed.ts';

const HOUR_MS = 3_600_000;

type Ports = Parameters<typeof makePipeline>[0];
/** What only the side effects need, which this bench does not run. */
const SIDE_EFFECTS = {} as Pick<
  Ports,
  Exclude<keyof Ports, 'catalog' | 'models' | 'freshHours' | 'users' | 'consents' | 'blocks' | 'social' | 'popularity'>
>;

/** A function that makes the slate of a user on a surface. */
export type MakeSlate = (userId: string, surface: Surface, count: number) => Promise<Decision>;

/** Serving in this process, at the moment of the requests. */
export function makeSlates(feed: Feed, models: ModelShelf, { withFeatures = true } = {}): MakeSlate {
  const catalog = new ColumnarItemCatalog();
  for (const { itemId, authorId, category, tags, publishedAt } of feed.itemFacts) {
    const topics = [...new Set([category, ...tags])];
    catalog.put({
      ...{ itemId, authorId, topics, isAvailable: true, hasCategory: true },
      publishedAtMs: publishedAt.getTime(),
    });
  }
  const userNumber = new Map(feed.userFacts.map(({ userId }, user) => [userId, user]));
  const actsOf = grouped(feed.past);
  const popularLately = recentlyPopular(feed);
  const kept = (userId: string) => keptUser(actsOf.get(userNumber.get(userId)!) ?? []);
  let surface: Surface | undefined;
  const pipeline = makePipeline({
    catalog,
    models,
    freshHours: 72,
    users: { kept: async (userId) => kept(userId), lastKnown: () => undefined },
    consents: { consentOf: async () => ({ personalization: 'agreed', experiments: 'agreed' }) },
    blocks: {
      blocksOf: async () => ({ blockedAuthors: new Set(), hiddenTopics: new Set() }),
      lastKnown: () => undefined,
    },
    social: { likedByFollowed: async (userId, count) => likedByFollowed(feed, actsOf, userNumber.get(userId)!, count) },
    popularity: {
      top: async (count) => ({
        items: popularLately.items.slice(0, count),
        scores: popularLately.scores.slice(0, count),
      }),
    },
    ...SIDE_EFFECTS,
  });
  // No experiment runs here.
  const planOf = () => ({
    ...{ surface: surface!, versions: { canaries: true, pinned: {} }, parameters: {}, variants: [], problems: [] },
    ...{ chosen: undefined, draft: undefined },
  });
  const fallback = () => ({
    strategy: Object.keys(surface!.strategies)[0] as never,
    propensity: 1,
    chosenBy: 'surface',
  });
  let draws = 0;
  const decide = makeDecideSlate({
    pipeline: { ...pipeline, sideEffects: [] },
    ...{ catalog, boostOf: () => () => 1 },
    features: {
      read: async (question) =>
        withFeatures ? read(feed, userNumber, catalog, question) : Promise.reject(new Error('away')),
    },
    plans: { tried: planOf, untried: planOf, keptOut: planOf },
    explorers: { choose: () => Promise.reject(new Error('nobody is asked')) },
    strategies: {
      choose: () => Promise.reject(new Error('nobody is asked')),
      fallback,
      mostProbable: fallback,
    },
    clock: () => new Date(feed.atMs),
    stopwatch: () => performance.now(),
    entropy: () => Uint8Array.from({ length: 10 }, (_, at) => ((draws += 1) >> at) & 255),
    budgetMs: 60_000,
  });
  return (userId, onSurface, count) => {
    surface = onSurface;
    const query = {
      ...{ userId, surface: onSurface.name, count, context: {} },
      excludedItemIds: [],
      includeSeen: false,
      relatedToItemId: '',
    };
    const deadline = new Date(feed.atMs + 60_000);
    return decide(query, { signal: new AbortController().signal, deadline, traceId: '' });
  };
}

function grouped(acts: readonly Act[]): ReadonlyMap<number, readonly Act[]> {
  const groups = new Map<number, Act[]>();
  for (const act of acts) groups.set(act.user, [...(groups.get(act.user) ?? []), act]);
  return groups;
}

function keptUser(acts: readonly Act[]): KeptUser {
  const seen = new Set(acts.map(({ item }) => item));
  const positive = acts.filter(({ strength }) => strength > 0).slice(-50);
  return {
    seen: { size: seen.size, has: (item) => seen.has(item) },
    hidden: new Set(acts.filter(({ type }) => type === 'hide').map(({ item }) => item)),
    recents: positive.map(({ item, strength, timeMs }) => ({ item, strength, atMs: timeMs })).reverse(),
    ...{
      blockedAuthors: undefined,
      hiddenTopics: undefined,
      rejected: [],
      vector: undefined,
      refused: [],
      forgottenAt: undefined,
    },
  };
}

function likedByFollowed(feed: Feed, actsOf: ReadonlyMap<number, readonly Act[]>, user: number, count: number) {
  const found = new Map<number, { score: number; people: Set<number> }>();
  for (const followee of feed.followees[user]!) {
    for (const { item, strength, timeMs } of (actsOf.get(followee) ?? []).slice(-50)) {
      if (strength <= 0) continue;
      const entry = found.get(item) ?? { score: 0, people: new Set() };
      entry.score += strength * 0.5 ** ((feed.atMs - timeMs) / (72 * HOUR_MS));
      entry.people.add(followee);
      found.set(item, entry);
    }
  }
  return Array.from(found, ([item, { score, people }]) => ({ item, score, people: people.size }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
}

function recentlyPopular({ past, atMs }: Feed) {
  const scores = new Map<number, number>();
  for (const { item, strength, timeMs } of past) {
    const ageHours = (atMs - timeMs) / HOUR_MS;
    if (ageHours < 72 && strength > 0) scores.set(item, (scores.get(item) ?? 0) + strength * 0.5 ** (ageHours / 12));
  }
  const best = [...scores].sort((a, b) => b[1] - a[1]);
  return { items: best.map(([item]) => item), scores: best.map(([, score]) => score) };
}

type Question = Parameters<Parameters<typeof makeDecideSlate>[0]['features']['read']>[0];

function read(feed: Feed, userNumber: ReadonlyMap<string, number>, catalog: ColumnarItemCatalog, question: Question) {
  const user = userNumber.get(question.userId)!;
  const names = question.itemFeatures;
  const columns = names.map((name) => FeedFeatures.NAMES.indexOf(name));
  const values = new Float64Array(question.itemIds.length * names.length);
  question.itemIds.forEach((itemId, row) => {
    const all = feed.features.read(user, catalog.find(itemId), feed.atMs);
    columns.forEach((column, at) => {
      values[row * names.length + at] = column < 0 ? Number.NaN : all[column]!;
    });
  });
  const [first = 0] = [catalog.find(question.itemIds[0] ?? '')];
  const own = feed.features.read(user, Math.max(0, first), feed.atMs);
  return {
    user: question.userFeatures.map((name) => {
      const value = own[FeedFeatures.NAMES.indexOf(name)] ?? Number.NaN;
      return { name, value: Number.isNaN(value) ? undefined : value, missing: 0, updatedAtMs: feed.atMs };
    }),
    items: {
      names,
      rowCount: question.itemIds.length,
      values,
      missing: new Uint8Array(0),
      updatedAtMs: new Float64Array(question.itemIds.length),
      readAtMs: feed.atMs,
    },
  };
}
