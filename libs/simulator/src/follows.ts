import { interestOf, type People, topicOf, userIdOf } from './people';
import { cumulativeOf, gaussian, indexOfWeight, pick, type Rng, rngFor, unit } from './random';
import type { SimulatedFollow } from './simulated';
import { TOPIC_COUNT } from './topics';

const DAY_MS = 86_400_000;
/** Most follows are in a topic that the follower cares about. */
const HOMOPHILY = 0.85;
/** How often a follow copies an earlier one of the same topic: who has followers gets more of them. */
const PREFERENTIAL = 0.5;

/** Who follows whom: the followees of user u are `followees[offsets[u]]` up to `followees[offsets[u + 1]]`. */
export interface Follows {
  readonly offsets: Int32Array;
  readonly followees: Int32Array;
}

/** Makes the follows of a simulation, by homophily and preferential attachment. */
export function makeFollows(seed: number, people: People): Follows {
  const authors = authorsByTopic(people);
  const followedBefore: number[][] = Array.from({ length: TOPIC_COUNT }, () => []);
  const offsets = new Int32Array(people.count + 1);
  const followees: number[] = [];
  for (let user = 0; user < people.count; user += 1) {
    const rng = rngFor(seed, 5, user);
    const chosen = new Set<number>();
    const wanted = Math.min(60, Math.round(2 + Math.exp(1.6 + 0.8 * gaussian(rng))));
    for (let tries = 0; tries < wanted * 2 && chosen.size < wanted; tries += 1) {
      const topic = unit(rng) < HOMOPHILY ? topicOf(people, user, rng) : Math.floor(unit(rng) * TOPIC_COUNT);
      const before = followedBefore[topic]!;
      const copies = before.length > 0 && unit(rng) < PREFERENTIAL;
      const followee = copies ? pick(rng, before) : byFame(authors[topic]!, rng);
      if (followee < 0 || followee === user || chosen.has(followee)) continue;
      chosen.add(followee);
      before.push(followee);
    }
    for (const followee of chosen) followees.push(followee);
    offsets[user + 1] = followees.length;
  }
  return { offsets, followees: Int32Array.from(followees) };
}

/** Whether one user follows another. */
export function isFollowing({ offsets, followees }: Follows, user: number, other: number): boolean {
  for (let at = offsets[user]!; at < offsets[user + 1]!; at += 1) if (followees[at] === other) return true;
  return false;
}

/** The follows of all users, in the order of the followers. */
export function* describeFollows(
  follows: Follows,
  people: People,
  seed: number,
  startMs: number,
): Generator<SimulatedFollow> {
  for (let user = 0; user < people.count; user += 1) {
    const rng = rngFor(seed, 6, user);
    for (let at = follows.offsets[user]!; at < follows.offsets[user + 1]!; at += 1) {
      const followee = follows.followees[at]!;
      const fromMs = Math.max(people.createdAtMs[user]!, people.createdAtMs[followee]!);
      // who was there before the start followed before it; the others follow soon after they come
      const untilMs = Math.max(startMs, fromMs + DAY_MS);
      const since = new Date(Math.floor(fromMs + unit(rng) * (untilMs - fromMs)));
      yield { followerId: userIdOf(user), followeeId: userIdOf(followee), since };
    }
  }
}

/** The authors of a topic, with the running sums of their fame. */
interface Authors {
  readonly users: number[];
  readonly fame: Float64Array;
}

function authorsByTopic(people: People): Authors[] {
  return Array.from({ length: TOPIC_COUNT }, (_, topic) => {
    const users: number[] = [];
    for (let user = 0; user < people.count; user += 1) {
      if (people.fame[user]! > 0 && interestOf(people, user, topic) > 0.15) users.push(user);
    }
    return { users, fame: cumulativeOf(Float64Array.from(users, (user) => people.fame[user]!)) };
  });
}

// -1 where nobody writes about a topic
function byFame({ users, fame }: Authors, rng: Rng): number {
  if (users.length === 0) return -1;
  return users[indexOfWeight(fame, 0, users.length, unit(rng) * fame[users.length - 1]!)]!;
}
