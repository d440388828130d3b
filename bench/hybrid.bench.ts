// What a hybrid adds to its parts, split by time, on warm items (with interactions before the split) and on cold ones (without).
// Run after a build: node bench/hybrid.bench.ts RATINGS ITEMS [NAMES], where RATINGS has user, item, rating and time, and ITEMS says what
// the items are. The newest fifth of each user's ratings is asked for; a rating of at least 4 is something to find. Warm items are
// ranked among all warm items that the user has not rated, cold ones among all cold items. NAMES, separated by commas, are what is
// compared; everything without.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparePaired, type Evaluation, evaluate, type Scorer } from '@attune/evaluation';
import {
  filterInteractions,
  type Interactions,
  itemCounts,
  readInteractionFiles,
  readItemsFile,
  userOffsets,
} from '@attune/interactions';
import { MODELS, parseSettings } from '@attune/recommenders';

const SEED = 1;
const LIKED = 4;
const METRICS = ['ndcg@10', 'recall@20'] as const;
// ratings of twenty years: what was popular lately is not what the next rating is about
const POPULARITY = { halfLifeDays: 36_500 };
const ALS = { rank: 32 };
const ITEM_ITEM = { variant: 'knn' };

const partsOf = (...parts: [model: string, weight: number, settings: object][]) =>
  parts.map(([model, weight, settings]) => ({ model, weight, settings }));
const BASE = partsOf(['als', 0.4, ALS], ['content', 0.35, {}], ['popularity', 0.25, POPULARITY]);
const COMPARED: Record<string, [model: string, settings: object]> = {
  popularity: ['popularity', POPULARITY],
  als: ['als', ALS],
  content: ['content', {}],
  item_item: ['item_item', ITEM_ITEM],
  'hybrid (fixed)': ['hybrid', { parts: BASE }],
  'hybrid (learned)': ['hybrid', { parts: BASE, weights: 'learned' }],
  'hybrid (learned, with item_item)': [
    'hybrid',
    { parts: [...BASE, ...partsOf(['item_item', 0.4, ITEM_ITEM])], weights: 'learned' },
  ],
};

/** The older part of each user's ratings, and what they liked of the newest fifth. */
function splitUsersByTime(all: Interactions): [train: Interactions, test: Interactions] {
  const offsets = userOffsets(all);
  const isNew = new Uint8Array(all.userIndex.length);
  for (let user = 0; user < all.userCount; user++) {
    const own = Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, at) => offsets[user]! + at);
    own.sort((a, b) => all.timeMs[b]! - all.timeMs[a]! || b - a);
    for (const entry of own.slice(0, Math.floor(own.length / 5))) isNew[entry] = 1;
  }
  return [
    filterInteractions(all, (entry) => isNew[entry] === 0),
    filterInteractions(all, (entry) => isNew[entry] === 1 && all.value[entry]! >= LIKED),
  ];
}

/** Ranks some of the items alone: the others are last for everybody. */
function among(scorer: Scorer, isIn: (item: number) => boolean): Scorer {
  return {
    scorePairs: (users, items) => scorer.scorePairs(users, items),
    async scoreAll(users) {
      const scores = await scorer.scoreAll(users);
      const itemCount = scores.length / users.length;
      return scores.map((score, at) => (isIn(at % itemCount) ? score : -1e30));
    },
  };
}

/** Numbers by lot: what is found without knowing anything. */
function chance(itemCount: number): Scorer {
  const lot = (user: number, item: number) => ((Math.imul(user * 7919 + item + 1, 0x9e3779b1) >>> 0) % 1_000_003) / 1e6;
  return {
    scoreAll: async (users) =>
      Float32Array.from({ length: users.length * itemCount }, (_, at) =>
        lot(users[Math.floor(at / itemCount)]!, at % itemCount),
      ),
    scorePairs: async (users, items) => Float32Array.from(users, (user, pair) => lot(user, items[pair]!)),
  };
}

const show = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${value.toFixed(4)} (${low.toFixed(4)} .. ${high.toFixed(4)})`;

async function main(): Promise<void> {
  const [ratings, itemsPath, names] = process.argv.slice(2);
  const wanted = names?.split(',') ?? Object.keys(COMPARED);
  if (ratings === undefined || itemsPath === undefined) throw new Error('usage: node hybrid.bench.ts RATINGS ITEMS');
  const { ids, parts } = await readInteractionFiles([ratings]);
  const { items } = await readItemsFile(itemsPath, ids);
  const [train, test] = splitUsersByTime(parts[0]!);
  const counts = itemCounts(train);
  const sides = {
    warm: (item: number) => counts[item]! > 0,
    cold: (item: number) => counts[item] === 0,
  };
  const coldItems = counts.filter((count) => count === 0).length;
  console.log(
    `${train.userIndex.length} ratings to learn from, ${counts.length - coldItems} warm and ${coldItems} cold items`,
  );

  const evaluations: Record<string, Record<keyof typeof sides, Evaluation>> = {};
  const measure = async (name: string, scorer: Scorer) => {
    const on = (side: keyof typeof sides) =>
      evaluate({
        protocol: 'full-ranking',
        scorer: among(scorer, sides[side]),
        train,
        test: filterInteractions(test, (entry) => sides[side](test.itemIndex[entry]!)),
        ks: [10, 20],
        detail: 'accuracy',
        seed: SEED,
      });
    const both = { warm: await on('warm'), cold: await on('cold') };
    evaluations[name] = both;
    const values = Object.entries(both).map(([side, { metrics }]) => `${side} ${show(metrics['ndcg@10']!)}`);
    console.log(`${name}: ndcg@10 ${values.join(', ')}`);
  };
  await measure('chance', chance(counts.length));
  const trained: Record<string, object> = {};
  for (const [name, [model, settings]] of Object.entries(COMPARED)) {
    if (!wanted.includes(name)) continue;
    const definition = MODELS.get(model)!;
    const startMs = performance.now();
    await using fitted = await definition.fit({
      data: { interactions: train, items },
      settings: parseSettings(definition, settings),
    });
    trained[name] = { settings, seconds: (performance.now() - startMs) / 1000, metrics: fitted.metrics };
    await measure(name, fitted);
  }
  const rows = Object.entries(evaluations).map(([name, sidesOf]) => ({
    model: name,
    ...Object.fromEntries(
      (['warm', 'cold'] as const).flatMap((side) =>
        METRICS.map((metric) => [`${side} ${metric}`, show(sidesOf[side].metrics[metric]!)]),
      ),
    ),
  }));
  console.table(rows);
  const comparisons = wanted.flatMap((name) =>
    name.startsWith('hybrid')
      ? ['als', 'content', 'popularity', 'item_item']
          .filter((part) => wanted.includes(part))
          .map((part) => ({
            hybrid: name,
            part,
            ...comparePaired(evaluations[name]!.warm.table, evaluations[part]!.warm.table, {
              metric: 'ndcg@10',
              seed: SEED,
            }),
          }))
      : [],
  );
  console.table(
    comparisons.map(({ hybrid, part, difference }) => ({ hybrid, part, 'warm ndcg@10, difference': show(difference) })),
  );
  const users = { warm: evaluations.chance!.warm.counts.users, cold: evaluations.chance!.cold.counts.users };
  console.log(`users: ${users.warm} on warm items, ${users.cold} on cold ones`);
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(
    join(target, 'hybrid.json'),
    `${JSON.stringify({ seed: SEED, users, rows, comparisons, trained }, null, 2)}\n`,
  );
}

await main();
