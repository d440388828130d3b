import { composePost } from './compose-post';
import { commonTopic, type People, STYLE_COUNT, topicOf, userIdOf, writeStyle } from './people';
import { cumulativeOf, gaussian, indexOfWeight, rngFor, unit } from './random';
import type { SimulatedItem } from './simulated';
import { TOPICS } from './topics';

const DAY_MS = 86_400_000;
/** Posts from before the start, over so many days: a feed does not begin empty. */
const BACKLOG_SHARE = 0.35;
const BACKLOG_DAYS = 30;

/** All posts as columns, in the order of publication. */
export interface Posts {
  readonly count: number;
  readonly author: Int32Array;
  readonly mainTopic: Int8Array;
  /** -1 where a post has one topic only. */
  readonly secondTopic: Int8Array;
  /** The square roots of the topics' weights, which sum to 1. */
  readonly mainRoot: Float32Array;
  readonly secondRoot: Float32Array;
  /** [posts, STYLE_COUNT] unit vectors. */
  readonly styles: Float32Array;
  /** How good a post is for anybody; standard normal. */
  readonly quality: Float32Array;
  readonly publishedAtMs: Float64Array;
}

/** Makes the posts of a simulation. */
export function makePosts(seed: number, count: number, people: People, startMs: number, days: number): Posts {
  const posts: Posts = {
    count,
    author: new Int32Array(count),
    mainTopic: new Int8Array(count),
    secondTopic: new Int8Array(count),
    mainRoot: new Float32Array(count),
    secondRoot: new Float32Array(count),
    styles: new Float32Array(count * STYLE_COUNT),
    quality: new Float32Array(count),
    publishedAtMs: new Float64Array(count),
  };
  const fame = cumulativeOf(people.fame);
  for (let post = 0; post < count; post += 1) {
    const rng = rngFor(seed, 3, post);
    posts.publishedAtMs[post] = publicationMs((post + unit(rng)) / count, startMs, days);
    posts.author[post] = indexOfWeight(fame, 0, people.count, unit(rng) * fame[people.count - 1]!);
    writeTopics(posts, post, people, rng);
    writeStyle(posts.styles, post, rng);
    posts.quality[post] = gaussian(rng);
  }
  return posts;
}

// rank is 0 to 1 and grows with the index, so posts come out in the order of time without being sorted
function publicationMs(rank: number, startMs: number, days: number): number {
  const offsetDays =
    rank < BACKLOG_SHARE
      ? (rank / BACKLOG_SHARE - 1) * BACKLOG_DAYS
      : ((rank - BACKLOG_SHARE) / (1 - BACKLOG_SHARE)) * days;
  return Math.floor(startMs + offsetDays * DAY_MS);
}

function writeTopics(posts: Posts, post: number, people: People, rng: { next(): number }): void {
  const main = topicOf(people, posts.author[post]!, rng);
  const other = unit(rng) < 0.5 ? topicOf(people, posts.author[post]!, rng) : commonTopic(rng);
  const hasSecond = unit(rng) < 0.35 && other !== main;
  posts.mainTopic[post] = main;
  posts.secondTopic[post] = hasSecond ? other : -1;
  const mainWeight = hasSecond ? 0.6 + 0.3 * unit(rng) : 1;
  posts.mainRoot[post] = Math.sqrt(mainWeight);
  posts.secondRoot[post] = Math.sqrt(1 - mainWeight);
}

export function itemIdOf(post: number): string {
  return `p${String(post).padStart(6, '0')}`;
}

/** A post as the feed shows it. */
export function describeItem(posts: Posts, seed: number, post: number): SimulatedItem {
  const main = posts.mainTopic[post]!;
  return {
    itemId: itemIdOf(post),
    authorId: userIdOf(posts.author[post]!),
    ...composePost(rngFor(seed, 4, post), main, posts.secondTopic[post]!),
    category: TOPICS[main]!.name,
    publishedAt: new Date(posts.publishedAtMs[post]!),
  };
}
