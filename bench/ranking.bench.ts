// How well slates are ranked by each strategy, with and without the engagement model and diversity, through serving's own pipeline.
// Run after a build: node bench/ranking.bench.ts [SEED], or node bench/ranking.bench.ts RATINGS ITEMS
// The first is a simulated feed of 81 days: models learn from the first 80, requests come a day later, so that posts of the last day are
// new to every model; what a user truly likes is known to the simulation alone. The second are films: RATINGS has user, item, rating and
// time, ITEMS says what they are about; the newest fifth of each user's ratings is asked for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGAGEMENT, MODELS, parseSettings } from '@attune/recommenders';
import { BUILT_IN_SURFACES, type ModelKind, type Strategy, type Surface } from '@attune/serving';
import { type Feed, makeFeed } from './ranking-feed.ts';
import { readFilms } from './ranking-films.ts';
import { makeShelf, type ShelvedModel } from './ranking-shelf.ts';
import { type MakeSlate, makeSlates } from './ranking-slates.ts';

const COUNT = 10;
const MOST_FILM_USERS = 700;
const KINDS: readonly [ModelKind, object][] = [
  ['als', { rank: 32 }],
  ['item_item', {}],
  ['content', {}],
];

/** What is measured of one way to make slates, user by user. */
interface Measured {
  readonly ndcg: readonly number[];
  readonly affinity: readonly number[];
  readonly authors: readonly number[];
  readonly categories: readonly number[];
  readonly views: readonly number[];
  readonly newShare: readonly number[];
  readonly shown: ReadonlySet<string>;
}

async function train(feed: Feed, kinds: readonly (readonly [ModelKind, object])[]): Promise<ShelvedModel[]> {
  const { training, contents, trainedAtMs, userFacts } = feed;
  const hasItem = new Uint8Array(training.itemCount);
  const hasUser = new Uint8Array(training.userCount);
  for (const item of training.itemIndex) hasItem[item] = 1;
  for (const user of training.userIndex) hasUser[user] = 1;
  const userNumber = new Map(userFacts.map(({ userId }, user) => [userId, user]));
  const models: ShelvedModel[] = [];
  for (const [kind, settings] of kinds) {
    const definition = MODELS.get(kind)!;
    const fitted = await definition.fit({
      data: { interactions: training, items: contents },
      settings: parseSettings(definition, settings),
    });
    models.push({
      ...{ kind, fitted, userCount: training.userCount, trainedAt: new Date(trainedAtMs) },
      knowsItem: (item) =>
        kind === 'content' ? feed.itemFacts[item]!.publishedAt.getTime() < trainedAtMs : hasItem[item] === 1,
      knowsUser: (user) => hasUser[user] === 1,
      numberOfUser: (userId) => userNumber.get(userId)!,
    });
  }
  return models;
}

async function measure(feed: Feed, makeSlate: MakeSlate, surface: Surface): Promise<Measured> {
  const numberOf = new Map(feed.itemFacts.map(({ itemId }, item) => [itemId, item]));
  const measured = { ndcg: [], affinity: [], authors: [], categories: [], views: [], newShare: [] } as Record<
    Exclude<keyof Measured, 'shown'>,
    number[]
  >;
  const shown = new Set<string>();
  const viewsAt = (item: number) => feed.features.read(0, item, feed.atMs)[5]!;
  for (const [user, { userId }] of feed.userFacts.entries()) {
    if (feed.features.recentsOf(user).length === 0) continue;
    const { slate } = await makeSlate(userId, surface, COUNT);
    const items = slate.map(({ itemId }) => numberOf.get(itemId)!);
    if (items.length < COUNT) throw new Error(`${userId} got ${items.length} items`);
    for (const { itemId } of slate) shown.add(itemId);
    const liked = feed.likedLater.get(user);
    if (liked !== undefined) measured.ndcg.push(ndcg(items, liked));
    measured.affinity.push(mean(items.map((item) => feed.affinity(user, item))));
    measured.authors.push(new Set(items.map((item) => feed.itemFacts[item]!.authorId)).size);
    measured.categories.push(new Set(items.map((item) => feed.itemFacts[item]!.category)).size);
    measured.views.push(mean(items.map(viewsAt)));
    const isNew = (item: number) => feed.itemFacts[item]!.publishedAt.getTime() >= feed.trainedAtMs;
    measured.newShare.push(items.filter(isNew).length / COUNT);
  }
  return { ...measured, shown };
}

function ndcg(items: readonly number[], liked: ReadonlySet<number>): number {
  const gain = (at: number) => 1 / Math.log2(at + 2);
  const ideal = Array.from({ length: Math.min(COUNT, liked.size) }, (_, at) => gain(at));
  return items.reduce((sum, item, at) => sum + (liked.has(item) ? gain(at) : 0), 0) / sum(ideal);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** Half of the 95 % interval of a mean over users. */
function halfInterval(values: readonly number[]): number {
  const middle = mean(values);
  return 1.96 * Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / values.length);
}

const home = BUILT_IN_SURFACES.get('home')!;

/** A surface that ranks by one strategy, on top of what is built in. */
function by(
  strategy: Strategy,
  {
    engagement = false,
    diversity = false,
    ...changes
  }: Partial<Record<'engagement' | 'diversity', boolean>> & Record<string, unknown> = {},
): Surface {
  return {
    ...home,
    strategies: { [strategy]: 1 },
    engagementShare: engagement ? home.engagementShare : 0,
    diversity: diversity ? home.diversity : { ...home.diversity, most: 0, novelty: 0 },
    exploration: { share: 0, pool: 1, policy: '' },
    ...changes,
  };
}

const WAYS: Readonly<Record<string, Surface>> = {
  rule_based: by('rule_based'),
  popularity_based: by('popularity_based'),
  collaborative_filtering: by('collaborative_filtering'),
  content_based: by('content_based'),
  hybrid: by('hybrid'),
  'hybrid + engagement': by('hybrid', { engagement: true }),
  'hybrid + diversity': by('hybrid', { diversity: true }),
  'hybrid + engagement + diversity (home)': by('hybrid', { engagement: true, diversity: true }),
  'rule_based + diversity': by('rule_based', { diversity: true }),
};

/** Films have no engagement to learn, and what is popular does not change in weeks. */
async function open(args: readonly string[]) {
  const [first = '1', itemsPath] = args;
  if (itemsPath === undefined) {
    return {
      name: `feed-${first}`,
      feed: makeFeed({ seed: Number(first), users: 500, items: 2_000 }),
      halfLifeDays: 7,
    };
  }
  return { name: 'films', feed: await readFilms(first, itemsPath, MOST_FILM_USERS), halfLifeDays: 36_500 };
}

async function main(): Promise<void> {
  const { name: data, feed, halfLifeDays } = await open(process.argv.slice(2));
  const models = await train(feed, [...KINDS, ['popularity', { halfLifeDays }]]);
  const examples = feed.examples();
  const engagement = examples && (await ENGAGEMENT.fit({ examples, settings: ENGAGEMENT.settings.parse({}) }));
  console.log(`${feed.itemFacts.length} items, ${feed.past.length} acts`);
  const makeSlate = makeSlates(feed, makeShelf(models, engagement, { tellsSpread: true }));
  const rows = [];
  for (const [way, surface] of Object.entries(WAYS)) {
    if (engagement === undefined && way.includes('engagement')) continue;
    const row = rowOf(way, feed, await measure(feed, makeSlate, surface));
    console.log(Object.values(row).join('  '));
    rows.push(row);
  }
  console.table(rows);
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `ranking-${data}.json`), `${JSON.stringify({ data, rows }, null, 2)}\n`);
}

function rowOf(way: string, feed: Feed, measured: Measured) {
  const withInterval = (values: readonly number[]) => `${mean(values).toFixed(4)} ±${halfInterval(values).toFixed(4)}`;
  return {
    way,
    'nDCG@10': withInterval(measured.ndcg),
    'true affinity': withInterval(measured.affinity),
    authors: mean(measured.authors).toFixed(2),
    categories: mean(measured.categories).toFixed(2),
    'mean views': mean(measured.views).toFixed(1),
    'new items': mean(measured.newShare).toFixed(3),
    coverage: (measured.shown.size / feed.itemFacts.length).toFixed(3),
  };
}

await main();
