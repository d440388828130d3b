// What `als` makes of a shift of taste, without a fleet: simulated people are shown slates by a model that is trained twice a day from what
// they did with its slates before. Ten hours into the ninth day the tastes of a share of them change, and twenty hours later it is known when.
// Run after a build: node bench/taste-shift.bench.ts [seed, 1] [share of the people whose taste shifts, 1]
import { strengthOf } from '@attune/contracts';
import { countShowings, type InteractionTable, keepRows, resolvePreferences } from '@attune/interactions';
import { seededUniform } from '@attune/kernels';
import { MODELS, type TrainingData } from '@attune/recommenders';
import { simulate } from '@attune/simulator';
import { expectedClickRate } from './continuous-learning/expected-clicks.ts';

const [seed = 1, share = 1] = process.argv.slice(2, 4).map(Number);
const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const [DAYS, SHIFT_HOUR, KNOWN_HOUR] = [22, 8 * 24 + 10, 9 * 24 + 6];
const [USERS, ITEMS, COUNT, EXPLORATION, POOL] = [120, 1_000, 5, 0.3, 400];
/** For so long what was shown, seen or liked does not come back. */
const SEEN_HOURS: Readonly<Record<string, number>> = { impression: 3, view: 20, like: 20 };
const TYPES = ['impression', 'view', 'click', 'like', 'comment', 'share', 'hide'];

interface Way {
  readonly name: string;
  readonly shownWeight: number;
  readonly learns: 'everything' | 'since the shift' | 'told of the shift';
}

const WAYS: readonly Way[] = [
  { name: 'everything', shownWeight: 0, learns: 'everything' },
  { name: 'everything, showings count', shownWeight: 0.6, learns: 'everything' },
  { name: 'since the shift alone', shownWeight: 0, learns: 'since the shift' },
  { name: 'told of the shift', shownWeight: 0, learns: 'told of the shift' },
  { name: 'told of the shift, showings count', shownWeight: 0.6, learns: 'told of the shift' },
];

interface Event {
  readonly user: number;
  readonly item: number;
  readonly type: string;
  readonly timeMs: number;
  readonly value?: number;
}

const start = Date.UTC(2026, 8, 1);
const world = simulate({
  ...{ seed, users: USERS, items: ITEMS, days: 60, interactionsPerUser: 60 },
  startTime: new Date(start - 60 * DAY_MS),
});
const shifted = world.shifted({ seed, share });
const [users, items] = [[...world.users()].map(({ userId }) => userId), [...world.items()].map(({ itemId }) => itemId)];
const [userAt, itemAt] = [users, items].map((ids) => new Map(ids.map((id, at) => [id, at]))) as [
  Map<string, number>,
  Map<string, number>,
];
const shiftMs = start + SHIFT_HOUR * HOUR_MS;

function tableOf(events: readonly Event[]): InteractionTable {
  return {
    ...{ users, items, types: TYPES },
    userIndex: Int32Array.from(events, ({ user }) => user),
    itemIndex: Int32Array.from(events, ({ item }) => item),
    type: Uint8Array.from(events, ({ type }) => TYPES.indexOf(type)),
    value: Float32Array.from(events, ({ value }) => value ?? Number.NaN),
    timeMs: Float64Array.from(events, ({ timeMs }) => timeMs),
  };
}

/** Scores [users x items], and how many people the model takes for changed. */
async function train(events: readonly Event[], { shownWeight, learns }: Way, isKnown: boolean) {
  const table = tableOf(events);
  const observed = (rows: InteractionTable) => ({
    interactions: resolvePreferences(rows, strengthOf),
    showings: countShowings(rows),
  });
  const since = (row: number) => table.timeMs[row]! >= shiftMs;
  const isTold = isKnown && learns === 'told of the shift';
  const data: TrainingData = {
    ...observed(isKnown && learns === 'since the shift' ? keepRows(table, since) : table),
    ...(isTold && {
      shift: { earlier: observed(keepRows(table, (row) => !since(row))), since: observed(keepRows(table, since)) },
    }),
  };
  const als = MODELS.get('als')!;
  const settings = als.settings.parse({
    ...{ rank: 32, weighting: 'value', regularization: 0.02, unobservedWeight: 0.05, shownWeight },
    ...(isTold && { tastesSince: new Date(shiftMs).toISOString() }),
  });
  await using model = await als.fit({ data, settings });
  const scores = await model.scoreAll(Int32Array.from({ length: USERS }, (_, user) => user));
  return { scores: Float32Array.from(scores), changed: model.metrics.users_shifted };
}

/** The expected share of slates with a click, by day, and how many people the last training took for changed. */
async function play(way: Way) {
  const events: Event[] = [...world.interactions()].map(({ userId, itemId, type, time, value }) => ({
    ...{ user: userAt.get(userId)!, item: itemAt.get(itemId)!, type, timeMs: time.getTime() },
    ...(value === undefined ? {} : { value }),
  }));
  const chance = seededUniform(seed);
  const hiddenUntil = new Map<number, number>();
  const days = Array.from({ length: DAYS }, () => ({ expected: 0, slates: 0 }));
  let [model, trained] = [await train(events, way, false), -1];
  const plan = { seed, hours: 24 * DAYS, sessionsPerUserDay: 10, startTime: new Date(start) };
  for (const { userId, hour, rng } of world.sessions(plan)) {
    if (Math.floor(hour / 12) > trained) {
      trained = Math.floor(hour / 12);
      model = await train(events, way, hour >= KNOWN_HOUR);
    }
    const [user, timeMs] = [userAt.get(userId)!, start + hour * HOUR_MS];
    const own = model.scores.subarray(user * ITEMS, (user + 1) * ITEMS);
    const open = Array.from({ length: ITEMS }, (_, item) => item)
      .filter((item) => (hiddenUntil.get(user * ITEMS + item) ?? 0) <= timeMs)
      .sort((a, b) => own[b]! - own[a]!);
    const slate = new Set<number>();
    while (slate.size < COUNT) {
      const [isDrawn, drawn] = [chance() < EXPLORATION, open[Math.floor(chance() * POOL)]!];
      slate.add(isDrawn ? drawn : open.find((item) => !slate.has(item))!);
    }
    const shown = [...slate].map((item) => items[item]!);
    const tastes = hour < SHIFT_HOUR ? world : shifted;
    const day = days[Math.floor(hour / 24)]!;
    day.expected += expectedClickRate(tastes, userId, shown);
    day.slates += 1;
    for (const { itemId, type, value } of tastes.playSlate(userId, shown, rng)) {
      const item = itemAt.get(itemId)!;
      events.push({ user, item, type, timeMs, ...(value === undefined ? {} : { value }) });
      const key = user * ITEMS + item;
      const until = timeMs + (SEEN_HOURS[type] ?? 0) * HOUR_MS;
      hiddenUntil.set(key, Math.max(hiddenUntil.get(key) ?? 0, until));
    }
  }
  return { days: days.map(({ expected, slates }) => expected / slates), changed: model.changed };
}

const level = (days: readonly number[], from: number) => (days[from]! + days[from + 1]!) / 2;
console.log(
  'learned from | before | two days after | ten days after | two weeks after | of before | taken for changed',
);
for (const way of WAYS) {
  const { days, changed } = await play(way);
  // the same days of the week
  const [before, end] = [level(days, 6), level(days, 20)];
  const shares = [before, days[10]!, days[18]!, end, end / before].map((x) => `${(100 * x).toFixed(1)} %`);
  const found = changed === undefined ? '' : `${changed} of ${shifted.shiftedUserIds.length}`;
  console.log([way.name, ...shares, found].join(' | '));
}
