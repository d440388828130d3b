// What moving a user's vector by the latest deeds is worth, and what it costs: NDCG@10 of what users like next, with the vector of the
// training as it is, with the rule of serving at several emphases, with a moving average, and with the user folded in and the whole model
// trained again with everything that is known.
// Run after a build: node bench/live-vector.bench.ts RATINGS [rank], where RATINGS has user, item, rating (1 to 5) and time. Of every
// fifth user nothing is trained: these are new. Of the others the first 60 % is. What comes after that is the latest deeds, 1, 5 or 20
// of them, and the likes (4 stars and more) among the next 20 ratings are to be found among all items not rated until then.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Interactions, readInteractionFiles, userOffsets } from '@attune/interactions';
import { openFoldIn, userCovariance } from '@attune/kernels';
import { readModel } from '@attune/onnx';
import { MODELS, parseSettings } from '@attune/recommenders';
import { direction, EMPHASIS, liveVector, observationsFrom, type UserPrior } from '@attune/serving';

const [ratingsPath, rankText = '64'] = process.argv.slice(2);
const rank = Number(rankText);
const LATEST = [1, 5, 20] as const;
const EMPHASES = [1, 2, 4, 8] as const;
const [TRAINED_SHARE, NEXT, K, LIKED] = [0.6, 20, 10, 4];
/** One in so many users is new. */
const NEW_EVERY = 5;

interface Deed {
  readonly item: number;
  /** On the scale of a like: 5 stars 1, 3 stars 0, 1 star -1. */
  readonly strength: number;
  readonly atMs: number;
}

/** A user at the moment of the question. */
interface Asked {
  readonly user: number;
  readonly isNew: boolean;
  readonly trained: readonly Deed[];
  readonly latest: readonly Deed[];
  readonly wanted: ReadonlySet<number>;
  readonly rated: ReadonlySet<number>;
}

type VectorOf = (asked: Asked) => ArrayLike<number>;

/** Each user's deeds in their order. */
function deedsByUser(ratings: Interactions): Deed[][] {
  const { userIndex, itemIndex, value, timeMs, userCount } = ratings;
  const offsets = userOffsets(ratings);
  return Array.from({ length: userCount }, (_, user) =>
    Array.from({ length: offsets[user + 1]! - offsets[user]! }, (_, at) => {
      const row = offsets[user]! + at;
      if (userIndex[row] !== user) throw new Error('ratings must be ordered by user');
      return { item: itemIndex[row]!, strength: (value[row]! - 3) / 2, atMs: timeMs[row]! };
    }).sort((a, b) => a.atMs - b.atMs || a.item - b.item),
  );
}

function askAll(deeds: readonly (readonly Deed[])[], latestCount: number): Asked[] {
  return deeds.flatMap((all, user) => {
    const isNew = user % NEW_EVERY === 0;
    const from = isNew ? 0 : Math.floor(all.length * TRAINED_SHARE);
    const to = from + latestCount;
    const wanted = all.slice(to, to + NEXT).filter(({ strength }) => strength >= (LIKED - 3) / 2);
    const latest = all.slice(from, to);
    if (wanted.length === 0 || latest.every(({ strength }) => strength <= 0)) return [];
    return [
      {
        ...{ user, isNew, trained: all.slice(0, from), latest },
        wanted: new Set(wanted.map(({ item }) => item)),
        rated: new Set(all.slice(0, to).map(({ item }) => item)),
      },
    ];
  });
}

const likesOf = (deeds: readonly Deed[]) => deeds.filter(({ strength }) => strength > 0);

async function train(
  asked: readonly Asked[],
  sizes: { readonly userCount: number; readonly itemCount: number },
  deedsOf: (one: Asked) => readonly Deed[],
) {
  const pairs = asked
    .flatMap((one) => likesOf(deedsOf(one)).map(({ item, strength }) => ({ user: one.user, item, strength })))
    .sort((a, b) => a.user - b.user || a.item - b.item);
  const definition = MODELS.get('als')!;
  const model = await definition.fit({
    data: {
      interactions: {
        ...sizes,
        userIndex: Int32Array.from(pairs, ({ user }) => user),
        itemIndex: Int32Array.from(pairs, ({ item }) => item),
        value: Float32Array.from(pairs, ({ strength }) => strength),
        timeMs: new Float64Array(pairs.length).fill(Number.NaN),
      },
    },
    settings: parseSettings(definition, { rank }),
  });
  const graph = model.graphs!().find(({ name }) => name === 'retrieval')!;
  const tensors = new Map(
    readModel(graph.model).initializers.map(({ name, raw }) => [name, new Float32Array(Uint8Array.from(raw).buffer)]),
  );
  const columns = tensors.get('items')!;
  const items = new Float32Array(columns.length);
  for (let c = 0; c < rank; c++)
    for (let item = 0; item < sizes.itemCount; item++) items[item * rank + c] = columns[c * sizes.itemCount + item]!;
  return { items, users: tensors.get('user_factors')!, metrics: model.metrics };
}

const rowOf = (table: Float32Array, row: number) => table.subarray(row * rank, (row + 1) * rank);

/** The mean NDCG@10 over users, and its standard error. */
function ndcg(asked: readonly Asked[], items: Float32Array, vectorOf: VectorOf) {
  const gains = asked.map((one) => {
    const vector = vectorOf(one);
    const scored: (readonly [score: number, item: number])[] = [];
    for (let item = 0; item < items.length / rank; item++) {
      if (one.rated.has(item)) continue;
      let score = 0;
      for (let c = 0; c < rank; c++) score += vector[c]! * items[item * rank + c]!;
      scored.push([score, item]);
    }
    scored.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    const discount = (place: number) => 1 / Math.log2(place + 2);
    const gain = scored
      .slice(0, K)
      .reduce((sum, [, item], place) => sum + (one.wanted.has(item) ? discount(place) : 0), 0);
    const best = Array.from({ length: Math.min(K, one.wanted.size) }, (_, place) => discount(place)).reduce(
      (a, b) => a + b,
    );
    return gain / best;
  });
  const mean = gains.reduce((a, b) => a + b, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(1, gains.length - 1);
  return `${mean.toFixed(4)} ± ${Math.sqrt(variance / gains.length).toFixed(4)}`;
}

async function measure(deeds: readonly (readonly Deed[])[], itemCount: number, latestCount: number) {
  const asked = askAll(deeds, latestCount);
  const sizes = { userCount: deeds.length, itemCount };
  const base = await train(asked, sizes, ({ trained }) => trained);
  const full = await train(asked, sizes, ({ trained, latest }) => [...trained, ...latest]);
  const { items, users, metrics } = base;
  const objective = { rank, nu: 1, alpha0: metrics.unobserved_weight!, regularization: metrics.regularization! };
  const weightOf = (strength: number) => Math.log2(1 + strength / metrics.typical_value!);
  const foldIn = openFoldIn(items, objective);
  const priorOf = (emphasis: number): UserPrior => ({
    ...{ rank, covariance: userCovariance(items, objective) },
    weightOf: (strength) => (weightOf(strength) * emphasis) / EMPHASIS,
  });
  const knownOf = ({ isNew, user }: Asked) => (isNew ? undefined : rowOf(users, user));
  const moved =
    (prior: UserPrior, startOf: (one: Asked) => Float32Array | undefined): VectorOf =>
    (one) => {
      const newestFirst = [...one.latest].reverse();
      const recents = newestFirst.filter(({ strength }) => strength > 0);
      const rejected = newestFirst.filter(({ strength }) => strength < 0);
      const observed = observationsFrom({ recents, rejected, hidden: new Set() }, Number.NEGATIVE_INFINITY);
      const placed = observed.map(({ item, ...rest }) => ({
        ...{ ...rest, item: rowOf(items, item) },
        direction: direction(prior, rowOf(items, item)),
      }));
      return liveVector(prior, startOf(one), placed);
    };
  const folded = ({ trained, latest }: Asked) => {
    const likes = likesOf([...trained, ...latest]);
    return foldIn.solve(
      likes.map(({ item }) => item),
      likes.map(({ strength }) => weightOf(strength)),
    );
  };
  const average =
    (eta: number): VectorOf =>
    (one) => {
      let vector = Float64Array.from(knownOf(one) ?? new Float32Array(rank));
      for (const { item, strength } of one.latest) {
        const y = rowOf(items, item);
        const square = y.reduce((sum, v) => sum + v * v, 0) || 1;
        vector = vector.map((v, c) => v + eta * strength * (y[c]! / square - v));
      }
      return vector;
    };
  const rules: Record<string, [items: Float32Array, vectorOf: VectorOf]> = {
    'as trained': [items, (one) => knownOf(one) ?? new Float32Array(rank)],
    ...Object.fromEntries(EMPHASES.map((e) => [`moved, emphasis ${e}`, [items, moved(priorOf(e), knownOf)]])),
    'moving average, eta 0.1': [items, average(0.1)],
    'moving average, eta 0.2': [items, average(0.2)],
    'folded in with everything': [items, folded],
    'folded in, then moved, emphasis 4': [items, moved(priorOf(4), folded)],
    'trained again with everything': [full.items, ({ user }) => rowOf(full.users, user)],
  };
  return Object.entries(rules).map(([rule, [table, vectorOf]]) => ({
    rule,
    latest: latestCount,
    known: ndcg(
      asked.filter(({ isNew }) => !isNew),
      table,
      vectorOf,
    ),
    new: ndcg(
      asked.filter(({ isNew }) => isNew),
      table,
      vectorOf,
    ),
  }));
}

/** Microseconds of one vector at a rank: directions at hand (median of many), and each of one item. */
function timings(atRank: number) {
  const itemCount = 2_000;
  const items = Float32Array.from(
    { length: itemCount * atRank },
    (_, at) => Math.sin(at * 12.9898) / Math.sqrt(atRank),
  );
  const objective = { rank: atRank, regularization: 0.015, alpha0: 0.25, nu: 1 };
  const prior: UserPrior = { rank: atRank, covariance: userCovariance(items, objective), weightOf: () => 1 };
  const known = items.slice(0, atRank);
  const placed = (count: number) =>
    Array.from({ length: count }, (_, at) => {
      const item = items.slice((at + 1) * atRank, (at + 2) * atRank);
      return { item, strength: 1, target: 1 as const, direction: direction(prior, item) };
    });
  const median = (work: () => void) => {
    const tookUs = Array.from({ length: 2_000 }, () => {
      const begin = performance.now();
      work();
      return (performance.now() - begin) * 1_000;
    }).sort((a, b) => a - b);
    return Math.round(tookUs[1_000]!);
  };
  const [ten, most] = [placed(10), placed(24)];
  return {
    rank: atRank,
    '10 deeds, us': median(() => liveVector(prior, known, ten)),
    '24 deeds, us': median(() => liveVector(prior, known, most)),
    'direction of an item seen first, us': median(() => direction(prior, known)),
  };
}

async function main(): Promise<void> {
  const { parts } = await readInteractionFiles([ratingsPath!]);
  const deeds = deedsByUser(parts[0]!);
  const rows = [];
  for (const latestCount of LATEST) rows.push(...(await measure(deeds, parts[0]!.itemCount, latestCount)));
  console.table(rows);
  const cost = [64, 128, 192].map(timings);
  console.table(cost);
  const target = join(import.meta.dirname, 'results');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'live-vector.json'), `${JSON.stringify({ rank, rows, cost }, null, 2)}\n`);
}

await main();
