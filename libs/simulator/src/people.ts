import { gaussian, pick, rngFor, unit } from './random';
import type { SimulatedUser } from './simulated';
import { TOPIC_COUNT, TOPICS } from './topics';

/** Dimensions of taste that no text shows: only what others did gives them away. */
export const STYLE_COUNT = 4;

const DAY_MS = 86_400_000;
const COUNTRIES = ['DE', 'US', 'BR', 'IN', 'FR', 'NG', 'JP', 'GB'];
const LANGUAGES = ['en', 'en', 'en', 'de', 'es', 'pt'];
const AGE_BANDS = ['18-24', '25-34', '35-44', '45-54', '55+'];
/** A quarter of the people write posts. */
const AUTHOR_SHARE = 0.25;

/** All people as columns: row-major matrices by user index. */
export interface People {
  readonly count: number;
  /** [users, topics] square roots of interests that sum to 1, so that a dot product is a Bhattacharyya coefficient. */
  readonly interestRoots: Float32Array;
  /** [users, STYLE_COUNT] unit vectors. */
  readonly styles: Float32Array;
  /** How much a user does, relative to others. */
  readonly activity: Float64Array;
  /** How readily a user likes, comments and shares; 1 is usual. */
  readonly warmth: Float32Array;
  /** Milliseconds since 1970. */
  readonly createdAtMs: Float64Array;
  /** How much of all posting a user does; 0 for those who only read. */
  readonly fame: Float64Array;
}

/** Makes the people of a simulation. */
export function makePeople(seed: number, count: number, startMs: number, days: number): People {
  const people: People = {
    count,
    interestRoots: new Float32Array(count * TOPIC_COUNT),
    styles: new Float32Array(count * STYLE_COUNT),
    activity: new Float64Array(count),
    warmth: new Float32Array(count),
    createdAtMs: new Float64Array(count),
    fame: new Float64Array(count),
  };
  for (let user = 0; user < count; user += 1) makePerson(people, seed, user, startMs, days);
  return people;
}

function makePerson(people: People, seed: number, user: number, startMs: number, days: number): void {
  const rng = rngFor(seed, 1, user);
  writeInterests(people.interestRoots, user, rng);
  writeStyle(people.styles, user, rng);
  people.activity[user] = Math.min(6, Math.exp(0.7 * gaussian(rng) - 0.245));
  people.warmth[user] = Math.exp(0.35 * gaussian(rng) - 0.06);
  // someone must post, so the first user is an author
  const isAuthor = unit(rng) < AUTHOR_SHARE || user === 0;
  people.fame[user] = isAuthor ? Math.exp(0.9 * gaussian(rng)) : 0;
  const isNew = !isAuthor && unit(rng) < 0.3;
  // authors were there before their first post
  people.createdAtMs[user] = isNew
    ? Math.floor(startMs + unit(rng) * days * 0.7 * DAY_MS)
    : Math.floor(startMs - (31 + unit(rng) * 700) * DAY_MS);
}

const SHARE_TOTAL = TOPICS.reduce((sum, { share }) => sum + share, 0);

/** A topic, more often a common one. */
export function commonTopic(rng: { next(): number }): number {
  let rest = unit(rng) * SHARE_TOTAL;
  for (let topic = 0; topic < TOPIC_COUNT; topic += 1) {
    rest -= TOPICS[topic]!.share;
    if (rest < 0) return topic;
  }
  return TOPIC_COUNT - 1;
}

function writeInterests(roots: Float32Array, user: number, rng: { next(): number }): void {
  const weights = new Float64Array(TOPIC_COUNT).fill(0.02);
  const interests = 2 + Math.floor(unit(rng) * 3);
  for (let n = 0; n < interests; n += 1) weights[commonTopic(rng)]! += 0.3 - Math.log(1 - unit(rng));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let topic = 0; topic < TOPIC_COUNT; topic += 1) {
    roots[user * TOPIC_COUNT + topic] = Math.sqrt(weights[topic]! / total);
  }
}

/** Writes a random unit vector into a row of a style matrix. */
export function writeStyle(styles: Float32Array, row: number, rng: { next(): number }): void {
  const style = Array.from({ length: STYLE_COUNT }, () => gaussian(rng));
  const norm = Math.hypot(...style) || 1;
  for (let at = 0; at < STYLE_COUNT; at += 1) styles[row * STYLE_COUNT + at] = style[at]! / norm;
}

/** The weight, 0 to 1, of a topic among a user's interests. */
export function interestOf(people: People, user: number, topic: number): number {
  return people.interestRoots[user * TOPIC_COUNT + topic]! ** 2;
}

/** A topic drawn by a user's interests. */
export function topicOf(people: People, user: number, rng: { next(): number }): number {
  let rest = unit(rng);
  for (let topic = 0; topic < TOPIC_COUNT; topic += 1) {
    rest -= interestOf(people, user, topic);
    if (rest < 0) return topic;
  }
  return TOPIC_COUNT - 1;
}

export function userIdOf(user: number): string {
  return `u${String(user).padStart(6, '0')}`;
}

/** What the feed knows about a person. */
export function describeUser(people: People, seed: number, user: number): SimulatedUser {
  const rng = rngFor(seed, 2, user);
  const declares = unit(rng) < 0.7;
  return {
    userId: userIdOf(user),
    createdAt: new Date(people.createdAtMs[user]!),
    interests: declares
      ? TOPICS.filter((_, topic) => interestOf(people, user, topic) > 0.2).map(({ name }) => name)
      : [],
    attributes: { country: pick(rng, COUNTRIES), language: pick(rng, LANGUAGES), ageBand: pick(rng, AGE_BANDS) },
  };
}
