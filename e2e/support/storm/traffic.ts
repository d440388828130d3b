import type { common } from '@attune/contracts';
import { anItem, aUser } from '@attune/testkit';

const USERS = 500;
const ITEMS = 200;
const EVENTS_PER_CALL = 250;
const TYPES = ['impression', 'view', 'view', 'click', 'like', 'comment', 'share', 'hide', 'report'];
const TOPICS = ['sport', 'art', 'music', 'code', 'food', 'travel'];
const DAY_MS = 86_400_000;

type Sent = common.Interaction & { readonly occurredAt: Date };

/** What flows through a storm: all of it follows from the random numbers and the moment of the beginning. */
export class Traffic {
  readonly items: readonly common.Item[];
  readonly users = new Map<string, common.User>();
  readonly calls: readonly (readonly Sent[])[];

  constructor(
    private readonly random: () => number,
    callCount: number,
    private readonly startedAt: Date,
  ) {
    this.items = Array.from({ length: ITEMS }, (_, n) =>
      anItem({
        itemId: `i${n}`,
        authorId: this.#userId(),
        category: this.#oneOf(TOPICS),
        tags: [this.#oneOf(TOPICS)],
        mediaUrls: random() < 0.5 ? ['https://example.org/a.jpg'] : [],
      }),
    );
    this.calls = Array.from({ length: callCount }, (_, call) =>
      Array.from({ length: EVENTS_PER_CALL }, (_, n) => this.#event(`storm-${call}-${n}`)),
    );
  }

  get userIds(): string[] {
    return Array.from({ length: USERS }, (_, n) => `u${n}`);
  }

  /** A user with other interests than before. */
  nextUser(): common.User {
    const user = aUser({ userId: this.#userId(), interests: [this.#oneOf(TOPICS)], createdAt: this.#past() });
    this.users.set(user.userId, user);
    return user;
  }

  /** Two different users. */
  nextPair(): { readonly followerId: string; readonly followeeId: string } {
    const follower = this.#upTo(USERS);
    return { followerId: `u${follower}`, followeeId: `u${(follower + 1 + this.#upTo(USERS - 1)) % USERS}` };
  }

  #event(eventId: string): Sent {
    return {
      ...{ eventId, userId: this.#userId(), itemId: `i${this.#upTo(ITEMS)}`, type: this.#oneOf(TYPES) },
      ...{ occurredAt: this.#past(), value: undefined, decisionId: '', surface: '', position: undefined, context: {} },
    };
  }

  #past(): Date {
    const ago = this.random() < 0.5 ? this.random() * 3_600_000 : this.random() * 120 * DAY_MS;
    return new Date(this.startedAt.getTime() - Math.floor(ago));
  }

  #userId(): string {
    return `u${this.#upTo(USERS)}`;
  }

  #upTo(count: number): number {
    return Math.floor(this.random() * count);
  }

  #oneOf<T>(all: readonly T[]): T {
    return all[this.#upTo(all.length)]!;
  }
}
