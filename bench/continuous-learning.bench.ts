// Continuous learning: a week of calm, then people's tastes shift at a known hour and nobody is told. The fleet has to find it, train again,
// prove the new model and promote it without a hand; the table shows the days, the timeline what the fleet did and when by its clock.
// Services, PostgreSQL and Redis are real; the clock is virtual, so that a day passes as fast as people can be shown slates.
// Run after a build: node bench/continuous-learning.bench.ts [seed, 1] [days after the shift, 10] [share of the people whose taste shifts, 1]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driveTraffic, type PlayedSlate } from '@attune/cli';
import { monitoring } from '@attune/contracts';
import { type SimulatedSession, simulate, type Tastes } from '@attune/simulator';
import { expectedClickRate } from './continuous-learning/expected-clicks.ts';
import { levelKept, levelOf, type PlayedDay } from './continuous-learning/levels.ts';
import { arrange, loadHistory, trainFirst } from './continuous-learning/prepare.ts';
import { roundsBy } from './continuous-learning/rounds.ts';
import { AlertWatch, learningOf } from './continuous-learning/timeline.ts';
import { startVirtualFleet, VirtualClock, type VirtualFleet } from './continuous-learning/virtual-fleet.ts';

const [seed = 1, daysAfter = 10, share = 1] = process.argv.slice(2, 5).map(Number);
const MODEL = 'als';
const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const [DAYS_BEFORE, SHIFT_HOUR] = [8, 8 * 24 + 10];
/** The level before the shift and the one in the end are means over a week: two days of so few people tell no 2 % apart. */
const LEVEL_DAYS = 7;
const GOAL = 0.02;
const WORLD = { users: 120, items: 1_000, days: 60, interactionsPerUser: 60 };
const [SESSIONS_PER_USER_DAY, COUNT, CONCURRENCY] = [10, 5, 8];

interface Day extends PlayedDay {
  readonly day: number;
  /** A slate, by the simulator's own probabilities. */
  readonly expected: number;
  readonly clicked: number;
  readonly degraded: number;
  readonly seconds: number;
}

const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const start = new Date(today - 60 * DAY_MS);
const world = simulate({ ...WORLD, seed, startTime: new Date(start.getTime() - WORLD.days * DAY_MS) });
const shifted = world.shifted({ seed, share });
const clock = new VirtualClock(start);
const timeOf = (hour: number) => new Date(start.getTime() + hour * HOUR_MS);
const tastesAt = (hour: number): Tastes => (hour < SHIFT_HOUR ? world : shifted);

/** People use the fleet for a day. */
async function playDay(
  fleet: VirtualFleet,
  goTo: (time: Date) => Promise<void>,
  { day, sessions }: { readonly day: number; readonly sessions: readonly SimulatedSession[] },
): Promise<Day> {
  const began = performance.now();
  let [slates, clicked, degraded] = [0, 0, 0];
  const expectedOf = new Map<string, number>();
  const onPlayed = ({ session, slate, events }: PlayedSlate) => {
    const items = slate.items.map(({ itemId }) => itemId);
    const rate = expectedClickRate(tastesAt(session.hour), session.userId, items);
    slates += 1;
    expectedOf.set(session.userId, (expectedOf.get(session.userId) ?? 0) + rate);
    if (events.some(({ type }) => type === 'click')) clicked += 1;
    if (slate.degraded.length > 0) degraded += 1;
  };
  const traffic = { ...fleet, clock: clock.now, surface: 'home', count: COUNT, concurrency: CONCURRENCY, onPlayed };
  const signal = new AbortController().signal;
  const pace = ({ hour }: SimulatedSession) => goTo(timeOf(hour));
  for (const isAfter of [false, true]) {
    const part = sessions.filter(({ hour }) => hour >= SHIFT_HOUR === isAfter);
    const simulation = isAfter ? shifted : world;
    await driveTraffic({ ...traffic, signal, pace, simulation, sessions: part });
  }
  return {
    ...{ day, slates, expectedOf, expected: levelOf([{ slates, expectedOf }]), clicked: clicked / slates, degraded },
    seconds: (performance.now() - began) / 1_000,
  };
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const folder = mkdtempSync(join(tmpdir(), 'attune-bench-'));
const days: Day[] = [];
const settings = {
  // so few people need a while for 5,000 interactions, and longer still for 200 slates of a canary with a tenth of them
  ...{ ATTUNE_TRAINING_LEARNING_NEW_SHARE: '0.05', ATTUNE_TRAINING_LEARNING_NEW_LEAST: '2000' },
  ...{ ATTUNE_TRAINING_LEARNING_CANARY_SHARE: '0.5', ATTUNE_TRAINING_LEARNING_CANARY_SLATES: '60' },
  ...{ ATTUNE_SERVING_BUDGET_MS: '5000', ATTUNE_SERVING_USER_READ_TIMEOUT_MS: '3000' },
};
try {
  await using fleet = await startVirtualFleet(folder, `learning${process.pid}`, clock, settings);
  await loadHistory(fleet, world);
  await arrange(fleet);
  await trainFirst(fleet);
  const watch = new AlertWatch(fleet, MODEL);
  const goTo = roundsBy({ fleet, clock, watch, model: MODEL });
  let told = 0;
  const total = DAYS_BEFORE + 1 + daysAfter;
  const plan = { seed, hours: 24 * total, sessionsPerUserDay: SESSIONS_PER_USER_DAY, startTime: start };
  const byDay = Map.groupBy(world.sessions(plan), ({ hour }) => Math.floor(hour / 24));
  for (let day = 0; day < total; day += 1) {
    days.push(await playDay(fleet, goTo, { day, sessions: byDay.get(day)! }));
    const { expected, clicked, slates, degraded, seconds } = days.at(-1)!;
    for (const { at, what } of watch.entries.slice(told)) console.log(`  ${at.toISOString()} ${what}`);
    told = watch.entries.length;
    console.log(
      `day ${day}: ${slates} slates, expected ${percent(expected)}, clicked ${percent(clicked)}, degraded ${degraded}, ${seconds.toFixed(0)} s`,
    );
  }
  const shiftEntry = { at: timeOf(SHIFT_HOUR), what: `tastes of ${percent(share)} of the people shift` };
  const entries = [...watch.entries, ...(await learningOf(fleet, MODEL)), shiftEntry].sort(
    (a, b) => a.at.getTime() - b.at.getTime(),
  );
  const hourOf = (at: Date) => (at.getTime() - timeOf(SHIFT_HOUR).getTime()) / HOUR_MS;
  console.log('\nhours after the shift');
  for (const { at, what } of entries) console.log(`${hourOf(at).toFixed(1).padStart(8)}  ${what}`);
  const series = await fleet.monitoring.getTimeSeries(
    monitoring.GetTimeSeriesRequest.fromPartial({
      ...{ metric: 'click_rate', labels: { model: MODEL }, from: start, to: clock.now(), stepSeconds: 86_400 },
    }),
  );
  const [weekBefore, lastWeek] = [days.slice(DAYS_BEFORE - LEVEL_DAYS, DAYS_BEFORE), days.slice(-LEVEL_DAYS)];
  const [before, after] = [levelOf(weekBefore), levelOf(lastWeek)];
  const kept = levelKept(weekBefore, lastWeek);
  const lowest = Math.min(...days.slice(DAYS_BEFORE + 1).map(({ expected }) => expected));
  const isMet = kept.ratio >= 1 - GOAL;
  console.log(
    `\nthe week before the shift ${percent(before)}, lowest day ${percent(lowest)}, the last week ${percent(after)}: ${percent(kept.ratio)} of it (${percent(kept.low)} to ${percent(kept.high)}, by users); goal met: ${isMet}`,
  );
  const output = join(import.meta.dirname, 'results');
  mkdirSync(output, { recursive: true });
  const byDays = days.map(({ expectedOf: _, ...rest }) => rest);
  const figures = { days: byDays, timeline: entries, series: series.points, before, after, kept, isMet };
  const document = { seed, share, world: WORLD, ...figures };
  writeFileSync(join(output, 'continuous-learning.json'), `${JSON.stringify(document, null, 2)}\n`);
  process.exitCode = isMet ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
