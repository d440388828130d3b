import { type Follows, isFollowing } from './follows';
import { type People, STYLE_COUNT } from './people';
import type { Posts } from './posts';
import { type Rng, unit } from './random';
import type { Reaction } from './simulated';
import { TOPIC_COUNT } from './topics';

/** Everything that stands still in a simulation. */
export interface World {
  readonly people: People;
  readonly posts: Posts;
  readonly follows: Follows;
}

// log-odds: tuned so that a stranger's post is liked at about 0.05, and one in the middle of one's interests at 0.4 to 0.9
const BASE = -3.2;
const TOPIC_WEIGHT = 5;
const STYLE_WEIGHT = 1.6;
const QUALITY_WEIGHT = 0.5;
const FOLLOWED_BONUS = 0.5;

/** How much a user likes a post, 0 to 1: shared topics, hidden style, the post's quality, and whether its author is followed. */
export function affinity({ people, posts, follows }: World, user: number, post: number): number {
  const second = posts.secondTopic[post]!;
  let topics = people.interestRoots[user * TOPIC_COUNT + posts.mainTopic[post]!]! * posts.mainRoot[post]!;
  if (second >= 0) topics += people.interestRoots[user * TOPIC_COUNT + second]! * posts.secondRoot[post]!;
  let style = 0;
  for (let at = 0; at < STYLE_COUNT; at += 1) {
    style += people.styles[user * STYLE_COUNT + at]! * posts.styles[post * STYLE_COUNT + at]!;
  }
  const logOdds =
    BASE +
    TOPIC_WEIGHT * topics +
    STYLE_WEIGHT * style +
    QUALITY_WEIGHT * posts.quality[post]! +
    (isFollowing(follows, user, posts.author[post]!) ? FOLLOWED_BONUS : 0);
  return 1 / (1 + Math.exp(-logOdds));
}

const NOTHING: readonly Reaction[] = [];

/** What a user does with a post that is shown at `position` of a slate. */
export function react(world: World, user: number, post: number, rng: Rng, position = 0): readonly Reaction[] {
  // fewer look at what stands further down
  if (position > 0 && unit(rng) > 1 / (1 + 0.12 * position)) return NOTHING;
  const liking = affinity(world, user, post);
  if (unit(rng) > 0.12 + 0.8 * liking) {
    const dislike = (1 - liking) ** 4;
    return unit(rng) < 0.012 * dislike ? [{ type: 'hide', afterSeconds: 2 + Math.floor(unit(rng) * 5) }] : NOTHING;
  }
  const warmth = world.people.warmth[user]!;
  const seconds = Math.round(2 + 60 * liking * unit(rng) + 8 * unit(rng));
  const reactions: Reaction[] = [{ type: 'view', afterSeconds: 0, value: seconds }];
  const maybe = (type: Reaction['type'], probability: number, withinSeconds: number) => {
    if (unit(rng) < probability) reactions.push({ type, afterSeconds: 2 + Math.floor(unit(rng) * withinSeconds) });
  };
  maybe('click', 0.05 + 0.35 * liking, 15);
  maybe('like', (0.01 + 0.55 * liking * Math.sqrt(liking)) * warmth, 40);
  maybe('comment', 0.1 * liking * liking * warmth, 120);
  maybe('share', 0.07 * liking * liking * warmth, 60);
  return reactions;
}
