import { topicOf } from './people';
import { indexOfWeight, type Rng, unit } from './random';
import type { World } from './taste';
import { TOPIC_COUNT } from './topics';

/** Half of a post's pull is gone after so many days; a little stays for ever. */
const HALF_LIFE_DAYS = 6;
const EVERGREEN = 0.08;
/** How often the feed looks anew at what is out and how old it is. */
export const REFRESH_HOURS = 6;
const DAY_MS = 86_400_000;
const LATEST_PER_AUTHOR = 8;

/** A grouping of posts, each group in the order of publication. */
interface Groups {
  readonly offsets: Int32Array;
  readonly posts: Int32Array;
}

/** What the simulated feed shows: a rule-based mixture of interests, follows, trends and fresh posts. */
export class Feed {
  readonly #world: World;
  readonly #byTopic: Groups;
  readonly #byAuthor: Groups;
  /** Running sums of pull inside of each topic's group. */
  readonly #pull: Float64Array;
  readonly #topicEnds = new Int32Array(TOPIC_COUNT);
  readonly #topicPull = new Float64Array(TOPIC_COUNT);
  #nowMs = 0;
  #published = 0;

  constructor(world: World) {
    this.#world = world;
    const { posts, people } = world;
    this.#byTopic = group(posts.count, TOPIC_COUNT, (post) => [posts.mainTopic[post]!, posts.secondTopic[post]!]);
    this.#byAuthor = group(posts.count, people.count, (post) => [posts.author[post]!, -1]);
    this.#pull = new Float64Array(this.#byTopic.posts.length);
  }

  /** Looks at what is out at a moment. Time only goes forward. */
  refresh(nowMs: number): void {
    const { publishedAtMs, count } = this.#world.posts;
    this.#nowMs = nowMs;
    while (this.#published < count && publishedAtMs[this.#published]! <= nowMs) this.#published += 1;
    let total = 0;
    for (let topic = 0; topic < TOPIC_COUNT; topic += 1) {
      total += this.#refreshTopic(topic);
      this.#topicPull[topic] = total;
    }
  }

  /** A post to show to a user, or -1 when this way of looking finds none. */
  draw(user: number, rng: Rng): number {
    if (this.#published === 0) return -1;
    const way = unit(rng);
    if (way < 0.5) return this.#fromTopic(topicOf(this.#world.people, user, rng), rng);
    if (way < 0.68) return this.#fromFollowed(user, rng);
    if (way < 0.9) return this.#fromTrends(rng);
    return Math.floor(this.#published * (1 - 0.15 * unit(rng)) - 1e-9);
  }

  #refreshTopic(topic: number): number {
    const { publishedAtMs, quality } = this.#world.posts;
    const begin = this.#byTopic.offsets[topic]!;
    let sum = 0;
    let at = begin;
    for (; at < this.#byTopic.offsets[topic + 1]!; at += 1) {
      const post = this.#byTopic.posts[at]!;
      if (publishedAtMs[post]! > this.#nowMs) break;
      const ageDays = (this.#nowMs - publishedAtMs[post]!) / DAY_MS;
      sum += Math.exp(0.6 * quality[post]!) * (EVERGREEN + 2 ** (-ageDays / HALF_LIFE_DAYS));
      this.#pull[at] = sum;
    }
    this.#topicEnds[topic] = at;
    return sum;
  }

  #fromTopic(topic: number, rng: Rng): number {
    const begin = this.#byTopic.offsets[topic]!;
    const end = this.#topicEnds[topic]!;
    if (end === begin) return -1;
    const target = unit(rng) * this.#pull[end - 1]!;
    return this.#byTopic.posts[indexOfWeight(this.#pull, begin, end, target)]!;
  }

  #fromTrends(rng: Rng): number {
    const target = unit(rng) * this.#topicPull[TOPIC_COUNT - 1]!;
    return this.#fromTopic(indexOfWeight(this.#topicPull, 0, TOPIC_COUNT, target), rng);
  }

  #fromFollowed(user: number, rng: Rng): number {
    const { offsets, followees } = this.#world.follows;
    const follows = offsets[user + 1]! - offsets[user]!;
    if (follows === 0) return -1;
    const author = followees[offsets[user]! + Math.floor(unit(rng) * follows)]!;
    const begin = this.#byAuthor.offsets[author]!;
    const end = this.#publishedEnd(begin, this.#byAuthor.offsets[author + 1]!);
    const choices = Math.min(LATEST_PER_AUTHOR, end - begin);
    return choices === 0 ? -1 : this.#byAuthor.posts[end - 1 - Math.floor(unit(rng) * choices)]!;
  }

  // posts are numbered in the order of publication, so what is out is what is below the number of published ones
  #publishedEnd(begin: number, end: number): number {
    let low = begin;
    let high = end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#byAuthor.posts[middle]! < this.#published) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function group(postCount: number, groupCount: number, groupsOf: (post: number) => readonly [number, number]): Groups {
  const offsets = new Int32Array(groupCount + 1);
  const each = (visit: (group: number, post: number) => void) => {
    for (let post = 0; post < postCount; post += 1) {
      for (const index of groupsOf(post)) if (index >= 0) visit(index, post);
    }
  };
  each((index) => (offsets[index + 1]! += 1));
  for (let index = 0; index < groupCount; index += 1) offsets[index + 1]! += offsets[index]!;
  const next = offsets.slice();
  const posts = new Int32Array(offsets[groupCount]!);
  each((index, post) => (posts[next[index]!++] = post));
  return { offsets, posts };
}
