import { AppError, type FieldViolation } from '@attune/errors';
import { describeFollows, makeFollows } from './follows';
import { generateInteractions } from './generate-interactions';
import { describeUser, makePeople, userIdOf } from './people';
import { playSlate } from './play-slate';
import { describeItem, makePosts } from './posts';
import { planSessions } from './sessions';
import type { Simulation, SimulationOptions, Tastes } from './simulated';
import { affinity, react, type World } from './taste';
import { shiftPeople } from './taste-shift';

/** The size of the sample that a fresh fleet loads: about 60,000 interactions over 90 days. */
export const DEFAULT_SAMPLE = { seed: 1, users: 400, items: 1_500, days: 90, interactionsPerUser: 150 } as const;

/**
 * A social feed in which taste decides what people do: deterministic for its options, streamed, at any size.
 *
 * @example for (const interaction of simulate({ ...DEFAULT_SAMPLE, startTime }).interactions()) record(interaction);
 */
export function simulate(given: SimulationOptions): Simulation {
  const options = { ...given, days: given.days ?? 90, interactionsPerUser: given.interactionsPerUser ?? 150 };
  check(options);
  const { seed, users, items, days } = options;
  const startMs = options.startTime.getTime();
  const people = makePeople(seed, users, startMs, days);
  const posts = makePosts(seed, items, people, startMs, days);
  const world: World = { people, posts, follows: makeFollows(seed, people) };
  return {
    users: () => counted(users, (user) => describeUser(people, seed, user)),
    items: () => counted(items, (post) => describeItem(posts, seed, post)),
    follows: () => restartable(() => describeFollows(world.follows, people, seed, startMs)),
    interactions: () => restartable(() => generateInteractions(world, options)),
    sessions: (sessionOptions) => planSessions(world, sessionOptions),
    shifted: (shift) => {
      const { people: others, shifted } = shiftPeople(people, shift);
      return { ...tastesOf({ ...world, people: others }), shiftedUserIds: shifted.map(userIdOf) };
    },
    ...tastesOf(world),
  };
}

function tastesOf(world: World): Tastes {
  const userOf = (userId: string) => indexIn(userId, 'u', world.people.count);
  const postOf = (itemId: string) => findIndex(itemId, 'p', world.posts.count);
  const itemOf = (itemId: string) => indexIn(itemId, 'p', world.posts.count);
  return {
    trueAffinity: (userId, itemId) => affinity(world, userOf(userId), itemOf(itemId)),
    respond: (userId, itemId, rng, position) => react(world, userOf(userId), itemOf(itemId), rng, position),
    playSlate: (userId, itemIds, rng) => playSlate(world, userOf(userId), itemIds, { postOf, rng }),
  };
}

function restartable<T>(start: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: start };
}

function counted<T>(count: number, describe: (index: number) => T): Iterable<T> {
  return restartable(function* () {
    for (let index = 0; index < count; index += 1) yield describe(index);
  });
}

function indexIn(id: string, letter: string, count: number): number {
  const index = findIndex(id, letter, count);
  if (index >= 0) return index;
  throw new AppError('not_found.simulated', `"${id}" is not part of this simulation`);
}

/** -1 where the id is not part of the simulation. */
function findIndex(id: string, letter: string, count: number): number {
  const index = id.startsWith(letter) && /^\d{6,}$/.test(id.slice(1)) ? Number(id.slice(1)) : -1;
  return index < count ? index : -1;
}

const LIMITS = {
  seed: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  users: [1, 10_000_000],
  items: [1, 10_000_000],
  days: [1, 3_650],
  interactionsPerUser: [1, 100_000],
} as const;

function check(options: Required<SimulationOptions>): void {
  const violations: FieldViolation[] = [];
  for (const [field, [least, most]] of Object.entries(LIMITS)) {
    const value = options[field as keyof typeof LIMITS];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    violations.push({ field, description: `must be a whole number from ${least} to ${most}, not ${value}` });
  }
  if (Number.isNaN(options.startTime.getTime())) violations.push({ field: 'startTime', description: 'is no date' });
  if (violations.length === 0) return;
  const problems = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  throw new AppError('invalid.simulation', `the simulation cannot be made: ${problems}`, { violations });
}
