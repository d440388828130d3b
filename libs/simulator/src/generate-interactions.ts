import { Feed, REFRESH_HOURS } from './feed';
import { userIdOf } from './people';
import { itemIdOf } from './posts';
import { cumulativeOf, indexOfWeight, mix, type Rng, rngFor, unit } from './random';
import { busyness } from './seasons';
import { SeenPosts } from './seen-posts';
import type { Reaction, SimulatedInteraction, SimulationOptions } from './simulated';
import { react, type World } from './taste';

const HOUR_MS = 3_600_000;
/** A session shows this many posts on average. */
const MEAN_SESSION = 8;
/** About how many interactions one shown post brings; only decides how large the filters of seen posts are. */
const INTERACTIONS_PER_SHOWN_POST = 0.6;

interface Happening extends Omit<Reaction, 'afterSeconds'> {
  readonly timeMs: number;
  readonly user: number;
  readonly post: number;
}

/** Plays the feed hour by hour, and yields what people do in the order of time. */
export function* generateInteractions(
  world: World,
  options: Required<SimulationOptions>,
): Generator<SimulatedInteraction> {
  const startMs = options.startTime.getTime();
  const hours = options.days * 24;
  const player = new Player(world, options);
  const describe = describer(`sim-${fingerprint(options)}-`);
  let waiting: Happening[] = [];
  for (let hour = 0; hour < hours; hour += 1) {
    const endMs = startMs + (hour + 1) * HOUR_MS;
    waiting.push(...player.playHour(startMs + hour * HOUR_MS));
    waiting.sort((a, b) => a.timeMs - b.timeMs);
    // a comment may come after the hour is over; it waits for its place in the next one
    const due = waiting.findIndex(({ timeMs }) => timeMs >= endMs);
    const now = due < 0 ? waiting : waiting.slice(0, due);
    waiting = due < 0 ? [] : waiting.slice(due);
    for (const happening of now) yield describe(happening);
  }
}

/** Chooses who looks at the feed when, and collects how they react. */
class Player {
  readonly #world: World;
  readonly #feed: Feed;
  readonly #seen: SeenPosts;
  readonly #rng: Rng;
  readonly #activity: Float64Array;
  readonly #perBusyness: number;
  #hour = 0;
  #due = 0;
  #done = 0;

  constructor(world: World, { seed, users, interactionsPerUser, days, startTime }: Required<SimulationOptions>) {
    const { activity } = world.people;
    this.#world = world;
    this.#rng = rngFor(seed, 7, 0);
    this.#activity = cumulativeOf(activity);
    const total = users * interactionsPerUser;
    const perActivity = total / INTERACTIONS_PER_SHOWN_POST / this.#activity[users - 1]!;
    this.#seen = new SeenPosts(activity.map((share) => share * perActivity * 1.3));
    this.#feed = new Feed(world);
    let busy = 0;
    for (let hour = 0; hour < days * 24; hour += 1) busy += busyness(startTime.getTime() + hour * HOUR_MS);
    this.#perBusyness = total / busy;
  }

  /** Lets people look until the hour has brought its share of interactions. */
  playHour(hourStartMs: number): Happening[] {
    if (this.#hour % REFRESH_HOURS === 0) this.#feed.refresh(hourStartMs);
    this.#hour += 1;
    this.#due += this.#perBusyness * busyness(hourStartMs);
    const happenings: Happening[] = [];
    let patience = 100 + 3 * Math.max(0, this.#due - this.#done);
    while (this.#done < this.#due && (patience -= 1) > 0) {
      const before = happenings.length;
      this.#playSession(hourStartMs + Math.floor(unit(this.#rng) * HOUR_MS), happenings);
      this.#done += happenings.length - before;
    }
    // where people have seen everything, the hour stays below its share, and the next one owes nothing for it
    this.#done = Math.max(this.#done, this.#due);
    return happenings;
  }

  #playSession(startMs: number, happenings: Happening[]): void {
    const { people, posts } = this.#world;
    const rng = this.#rng;
    const target = unit(rng) * this.#activity[people.count - 1]!;
    const user = indexOfWeight(this.#activity, 0, people.count, target);
    if (people.createdAtMs[user]! > startMs) return;
    let timeMs = startMs;
    do {
      timeMs += 1_000 * (2 + Math.floor(unit(rng) * 25));
      const post = this.#feed.draw(user, rng);
      if (post < 0 || posts.author[post] === user || !this.#seen.add(user, post)) continue;
      for (const reaction of react(this.#world, user, post, rng)) {
        const { type, afterSeconds, value } = reaction;
        happenings.push({ type, value, user, post, timeMs: timeMs + afterSeconds * 1_000 });
      }
    } while (unit(rng) > 1 / MEAN_SESSION);
  }
}

function describer(eventPrefix: string): (happening: Happening) => SimulatedInteraction {
  // each id is made once and shared by all its events
  const userIds: string[] = [];
  const itemIds: string[] = [];
  let sequence = 0;
  return ({ user, post, type, timeMs, value }) => {
    const userId = (userIds[user] ??= userIdOf(user));
    const itemId = (itemIds[post] ??= itemIdOf(post));
    const eventId = `${eventPrefix}${((sequence += 1)).toString(36)}`;
    const time = new Date(timeMs);
    return value === undefined
      ? { eventId, userId, itemId, type, time }
      : { eventId, userId, itemId, type, time, value };
  };
}

// all that decides the events, so that ids of different simulations do not meet
function fingerprint({
  seed,
  users,
  items,
  days,
  interactionsPerUser,
  startTime,
}: Required<SimulationOptions>): string {
  const text = [seed, users, items, days, interactionsPerUser, startTime.getTime()].join();
  let [high, low] = [1, 2];
  for (let at = 0; at < text.length; at += 1) {
    high = mix(high ^ text.charCodeAt(at));
    low = mix(low + high);
  }
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
