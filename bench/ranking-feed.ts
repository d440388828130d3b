// A simulated feed, cut at a moment: what models may learn from, what serving knows at the moment of the requests, and what people
// truly like.
import type { Interactions } from '@attune/interactions';
import type { ItemContent, LabelledExamples } from '@attune/recommenders';
import { DEFAULT_SAMPLE, makeRng, type SimulatedInteraction, simulate } from '@attune/simulator';
import { FeedFeatures } from './ranking-features.ts';

const DAY_MS = 86_400_000;
const START = new Date('2026-01-05T00:00:00Z');
/** Requests are made at the end of this day, by models that were trained a day before. */
const REQUEST_DAY = 81;
const TRAINING_DAY = 80;
/** Impressions to learn engagement from are of the days before the training. */
const IMPRESSION_DAYS = 20;
const LABELS = ['click', 'like', 'comment', 'share'] as const;

const STRENGTHS: Record<string, number> = { view: 0.2, click: 0.3, like: 1, comment: 1.5, share: 2, hide: -2 };

/** Something that somebody did, by numbers. */
export interface Act {
  readonly user: number;
  readonly item: number;
  readonly type: string;
  readonly strength: number;
  readonly timeMs: number;
}

/** What a feed is at the moment of the requests. */
export interface Feed extends Omit<ReturnType<typeof makeFeed>, 'examples'> {
  /** To learn engagement from; undefined where nothing is known of what was shown. */
  readonly examples: () => LabelledExamples | undefined;
}

/** Makes the feed; equal options give equal numbers. */
export function makeFeed({ seed = 1, users = 800, items = 3_000, impressionsPerUser = 80 } = {}) {
  const simulation = simulate({ ...DEFAULT_SAMPLE, seed, users, items, startTime: START });
  const atMs = START.getTime() + REQUEST_DAY * DAY_MS;
  const trainedAtMs = START.getTime() + TRAINING_DAY * DAY_MS;
  const itemFacts = [...simulation.items()].filter(({ publishedAt }) => publishedAt.getTime() < atMs);
  const userFacts = [...simulation.users()];
  const numberOfItem = new Map(itemFacts.map(({ itemId }, item) => [itemId, item]));
  const numberOfUser = new Map(userFacts.map(({ userId }, user) => [userId, user]));
  const all = [...simulation.interactions()];
  const actOf = ({ userId, itemId, type, time }: SimulatedInteraction): Act => ({
    user: numberOfUser.get(userId)!,
    item: numberOfItem.get(itemId) ?? -1,
    ...{ type, timeMs: time.getTime(), strength: STRENGTHS[type]! },
  });
  const acts = all.map(actOf).filter(({ item }) => item >= 0);
  const past = acts.filter(({ timeMs }) => timeMs < atMs);
  const followees = userFacts.map((): Set<number> => new Set());
  for (const { followerId, followeeId, since } of simulation.follows()) {
    if (since.getTime() < atMs) followees[numberOfUser.get(followerId)!]!.add(numberOfUser.get(followeeId)!);
  }
  const authors = itemFacts.map(({ authorId }) => numberOfUser.get(authorId)!);
  const topics = itemFacts.map(({ category, tags }) => [...new Set([category, ...tags])]);
  const publishedAtMs = itemFacts.map(({ publishedAt }) => publishedAt.getTime());
  const newFeatures = () => new FeedFeatures({ topics, authors, publishedAtMs, followees, userCount: users });
  const features = newFeatures();
  for (const act of past) features.observe(act);

  return {
    ...{ atMs, trainedAtMs, itemFacts, userFacts, features, past, followees },
    training: trainingOf(
      past.filter(({ timeMs }) => timeMs < trainedAtMs),
      users,
      itemFacts.length,
    ),
    contents: itemFacts.map(
      ({ title, text, tags, category }): ItemContent => ({ text: `${title}\n${text}`, tags, category }),
    ),
    likedLater: groupedItems(acts.filter(({ timeMs, type }) => timeMs >= atMs && type === 'like')),
    affinity: (user: number, item: number) => simulation.trueAffinity(userFacts[user]!.userId, itemFacts[item]!.itemId),
    examples: () =>
      examplesOf(
        { seed, impressionsPerUser, past, trainedAtMs, publishedAtMs, newFeatures, userCount: users },
        respond,
      ),
  };

  function respond(user: number, item: number, rng: ReturnType<typeof makeRng>, position: number): string[] {
    const { userId } = userFacts[user]!;
    return simulation.respond(userId, itemFacts[item]!.itemId, rng, position).map(({ type }) => type);
  }
}

function trainingOf(acts: readonly Act[], userCount: number, itemCount: number): Interactions {
  const known = acts.filter(({ strength }) => strength > 0);
  const sums = new Map<number, { user: number; item: number; value: number; timeMs: number }>();
  for (const { user, item, strength, timeMs } of known) {
    const key = user * itemCount + item;
    const before = sums.get(key);
    sums.set(key, { user, item, value: (before?.value ?? 0) + strength, timeMs });
  }
  const rows = [...sums.values()].sort((a, b) => a.user - b.user || a.item - b.item);
  return {
    ...{ userCount, itemCount },
    userIndex: Int32Array.from(rows, ({ user }) => user),
    itemIndex: Int32Array.from(rows, ({ item }) => item),
    value: Float32Array.from(rows, ({ value }) => value),
    timeMs: Float64Array.from(rows, ({ timeMs }) => timeMs),
  };
}

/** The items of each user. */
export function groupedItems(acts: readonly Act[]): Map<number, Set<number>> {
  const grouped = new Map<number, Set<number>>();
  for (const { user, item } of acts) grouped.set(user, (grouped.get(user) ?? new Set()).add(item));
  return grouped;
}

interface Exposure {
  readonly seed: number;
  readonly impressionsPerUser: number;
  readonly past: readonly Act[];
  readonly trainedAtMs: number;
  readonly publishedAtMs: readonly number[];
  readonly newFeatures: () => FeedFeatures;
  readonly userCount: number;
}

/**
 * Impressions with what followed them: each user is shown posts at random moments, half of them what was done lately, half any post of
 * the last month, and reacts as the simulation says. Features are those of the moment.
 */
function examplesOf(
  exposure: Exposure,
  respond: (user: number, item: number, rng: ReturnType<typeof makeRng>, position: number) => string[],
) {
  const { seed, impressionsPerUser, past, trainedAtMs, publishedAtMs, newFeatures, userCount } = exposure;
  const rng = makeRng(seed + 77);
  const unit = () => (rng.next() >>> 0) / 2 ** 32;
  const moments = Array.from({ length: userCount * impressionsPerUser }, (_, at) => ({
    user: at % userCount,
    timeMs: trainedAtMs - unit() * IMPRESSION_DAYS * DAY_MS,
  })).sort((a, b) => a.timeMs - b.timeMs);
  const features = newFeatures();
  const inputs: number[][] = [];
  const labels: number[][] = [];
  let next = 0;
  for (const { user, timeMs } of moments) {
    while (next < past.length && past[next]!.timeMs < timeMs) features.observe(past[next++]!);
    const ofLate = past[Math.max(0, next - 1 - Math.floor(unit() * 2_000))]!.item;
    const firstNew = publishedAtMs.findIndex((at) => at > timeMs - 30 * DAY_MS);
    const end = publishedAtMs.findIndex((at) => at > timeMs);
    const any = firstNew + Math.floor(unit() * ((end < 0 ? publishedAtMs.length : end) - firstNew));
    const item = unit() < 0.5 ? ofLate : any;
    const reactions = respond(user, item, rng, 0);
    inputs.push(features.read(user, item, timeMs));
    labels.push(LABELS.map((label) => (reactions.includes(label) ? 1 : 0)));
  }
  const columnsOf = (names: readonly string[], rows: readonly number[][]) =>
    names.map((name, at) => ({ name, values: Float32Array.from(rows, (row) => row[at]!) }));
  return {
    rowCount: inputs.length,
    features: columnsOf(FeedFeatures.NAMES, inputs),
    labels: columnsOf(LABELS, labels),
    split: Uint8Array.from(inputs, (_, at) => (at < inputs.length * 0.8 ? 0 : at < inputs.length * 0.9 ? 1 : 2)),
  };
}
