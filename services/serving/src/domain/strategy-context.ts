/** What is known when the strategy of a slate is chosen, before any source is asked. */
export interface StrategyMoment {
  readonly nowMs: number;
  /** What the caller told about the moment. */
  readonly context: Readonly<Record<string, string>>;
  /** How many items the user did something with. */
  readonly seenCount: number;
  /** What the user liked lately, newest first; strengths are on the scale of a like. */
  readonly recents: readonly { readonly item: number; readonly strength: number; readonly atMs: number }[];
  /** How many items the user spoke against lately. */
  readonly rejectedCount: number;
  readonly hasLiveVector: boolean;
  /** How many authors and topics the user blocks. */
  readonly blockedCount: number;
  /** The number of an item's category; below 0 where nobody knows it. */
  readonly categoryOf: (item: number) => number;
}

/** A component of the context with its value, from -1 to 1. */
export interface NamedValue {
  readonly name: string;
  readonly score: number;
}

/** From so many items on nobody is more active. */
const MUCH_SEEN = 1_000;
/** As many positive interactions as are kept of a user. */
const KEPT_RECENTS = 50;
const MANY_BLOCKS = 100;
const DAY_MS = 86_400_000;

/**
 * The context of the choice of a strategy: every component of `STRATEGY_CONTEXT` (libs/contracts) in its order, which says what each
 * means. Each is finite and lies between -1 and 1 whatever is known of the user.
 */
export function strategyContext(moment: StrategyMoment): readonly NamedValue[] {
  const { seenCount, recents, rejectedCount, hasLiveVector, blockedCount, nowMs, context } = moment;
  const at = new Date(nowMs);
  const angle = (2 * Math.PI * (at.getUTCHours() + at.getUTCMinutes() / 60)) / 24;
  const values: readonly (readonly [string, number])[] = [
    ['activity', logShare(seenCount, MUCH_SEEN)],
    ['recent_positives', atMostOne(recents.length / KEPT_RECENTS)],
    ['recent_strength', atMostOne(meanStrength(recents) / 2)],
    ['recency', recencyOf(recents, nowMs)],
    ['rejections', rejectedCount / Math.max(1, rejectedCount + recents.length)],
    ['has_live_vector', hasLiveVector ? 1 : 0],
    ['concentration', concentrationOf(moment)],
    ['blocks', logShare(blockedCount, MANY_BLOCKS)],
    ['hour_sin', Math.sin(angle)],
    ['hour_cos', Math.cos(angle)],
    ['weekend', at.getUTCDay() % 6 === 0 ? 1 : 0],
    ['is_mobile', context.device === 'mobile' ? 1 : 0],
  ];
  return values.map(([name, score]) => ({ name, score }));
}

type Recents = StrategyMoment['recents'];

function atMostOne(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** log(1 + count) / log(1 + most), at most 1. */
function logShare(count: number, most: number): number {
  return atMostOne(Math.log1p(count) / Math.log1p(most));
}

function meanStrength(recents: Recents): number {
  return recents.reduce((sum, { strength }) => sum + strength, 0) / Math.max(1, recents.length);
}

/** 1 now, 1/2 after a day, and 0 where nothing was liked. Clocks differ, so what is of the future is of now. */
function recencyOf([newest]: Recents, nowMs: number): number {
  return newest === undefined ? 0 : 2 ** (-Math.max(0, nowMs - newest.atMs) / DAY_MS);
}

function concentrationOf({ recents, categoryOf }: StrategyMoment): number {
  const counts = new Map<number, number>();
  let known = 0;
  for (const { item } of recents) {
    const category = categoryOf(item);
    if (category < 0) continue;
    known++;
    counts.set(category, (counts.get(category) ?? 0) + 1);
  }
  return known === 0 ? 0 : Math.max(...counts.values()) / known;
}
