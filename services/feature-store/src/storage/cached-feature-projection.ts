import { itemFacts } from '../domain/blocks/item-facts';
import type { EntityState } from '../domain/entity-state';
import type { FeatureView } from '../domain/feature-view';
import { TwoGenerations } from '../domain/two-generations';
import type { FeatureProjection, StatesAnswer, StatesQuestion } from '../ports';

/** How the slab is sized and how long an entry counts as fresh. */
export interface CachedProjectionOptions {
  readonly maxStates: number;
  /** Another replica may change a state without this one hearing of it, so freshness is bounded by time. */
  readonly freshMs: number;
  /** Milliseconds from any fixed moment. */
  readonly stopwatch: () => number;
}

interface Entry {
  /** Undefined where nothing is known of the entity. */
  readonly state: EntityState | undefined;
  readonly freshUntil: number;
}

type Slab = TwoGenerations<string, Entry>;
type ViewName = FeatureView['name'];

/**
 * A projection with the states of hot entities at hand in this process: what was read or written a moment ago is not asked for
 * again. What this process itself projects is forgotten here first, so its own changes are visible at once.
 */
export function cachedFeatureProjection(
  projection: FeatureProjection,
  options: CachedProjectionOptions,
): FeatureProjection {
  const slab = new StateSlab(options);
  return {
    ...projection,
    put: async (view, states) => {
      await projection.put(view, states);
      slab.forget(view.name, states.keys());
    },
    remove: async (view, entityIds, before) => {
      await projection.remove(view, entityIds, before);
      slab.forget(view.name, entityIds);
    },
    read: async (question) => {
      const { missing, epoch } = slab.missing(question);
      if (missing.userIds.length + missing.itemIds.length > 0) {
        const answer = await projection.read(missing);
        if (answer === undefined) return undefined;
        return slab.keepAndAnswer(question, missing, answer, epoch);
      }
      return slab.answer(question);
    },
  };
}

class StateSlab {
  readonly #views: Readonly<Record<ViewName, Slab>>;
  readonly #options: CachedProjectionOptions;
  /** Grows with every change: what was read before a change must not be kept after it. */
  #epoch = 0;

  constructor(options: CachedProjectionOptions) {
    const slab = (): Slab => new TwoGenerations(options.maxStates);
    this.#views = { user: slab(), user_graph: slab(), item: slab() };
    this.#options = options;
  }

  forget(view: ViewName, ids: Iterable<string>): void {
    this.#epoch++;
    for (const id of ids) this.#views[view].delete(id);
  }

  /** What is not fresh here and must be asked for; the authors of items at hand count as users. */
  missing(question: StatesQuestion): { readonly missing: StatesQuestion; readonly epoch: number } {
    const now = this.#options.stopwatch();
    const itemIds: string[] = [];
    const userIds = question.userIds.filter((id) => !this.#hasUser(id, now));
    for (const id of question.itemIds) {
      const entry = this.#views.item.get(id);
      if (entry === undefined || entry.freshUntil < now) {
        itemIds.push(id);
        continue;
      }
      if (!question.withAuthors) continue;
      const author = authorOf(entry.state);
      if (author !== '' && !this.#hasUser(author, now)) userIds.push(author);
    }
    const distinct = question.withAuthors ? [...new Set(userIds)] : userIds;
    return { missing: { userIds: distinct, itemIds, withAuthors: question.withAuthors }, epoch: this.#epoch };
  }

  /** An answer from what is at hand. */
  answer({ withAuthors }: StatesQuestion): StatesAnswer {
    const { user, user_graph: graph, item } = this.#views;
    const userStates = (id: string) => ({ user: user.get(id)?.state, userGraph: graph.get(id)?.state });
    return {
      ofUser: userStates,
      ofItem: (id) => {
        const state = item.get(id)?.state;
        const authorId = withAuthors ? authorOf(state) : '';
        if (authorId === '') return { item: state };
        return { item: state, author: user.get(authorId)?.state, authorGraph: graph.get(authorId)?.state };
      },
    };
  }

  /** Keeps what was read, and answers from both. */
  keepAndAnswer(question: StatesQuestion, asked: StatesQuestion, read: StatesAnswer, epoch: number): StatesAnswer {
    const askedUsers = new Set(asked.userIds);
    const askedItems = new Set(asked.itemIds);
    const held = this.answer(question);
    if (epoch === this.#epoch) this.#keep(asked, read);
    return {
      ofUser: (id) => (askedUsers.has(id) ? read : held).ofUser(id),
      ofItem: (id) => {
        if (askedItems.has(id)) return read.ofItem(id);
        const known = held.ofItem(id);
        const authorId = question.withAuthors ? authorOf(known.item) : '';
        if (!askedUsers.has(authorId)) return known;
        const { user: author, userGraph: authorGraph } = read.ofUser(authorId);
        return { ...known, author, authorGraph };
      },
    };
  }

  #keep({ userIds, itemIds, withAuthors }: StatesQuestion, read: StatesAnswer): void {
    const freshUntil = this.#options.stopwatch() + this.#options.freshMs;
    const { user, user_graph: graph, item } = this.#views;
    const keepUser = (id: string, states: ReturnType<StatesAnswer['ofUser']>) => {
      user.set(id, { state: states.user, freshUntil });
      graph.set(id, { state: states.userGraph, freshUntil });
    };
    for (const id of userIds) keepUser(id, read.ofUser(id));
    for (const id of itemIds) {
      const states = read.ofItem(id);
      item.set(id, { state: states.item, freshUntil });
      const authorId = withAuthors ? authorOf(states.item) : '';
      if (authorId !== '') keepUser(authorId, { user: states.author, userGraph: states.authorGraph });
    }
  }

  #hasUser(id: string, now: number): boolean {
    const user = this.#views.user.get(id);
    const graph = this.#views.user_graph.get(id);
    return user !== undefined && graph !== undefined && user.freshUntil >= now && graph.freshUntil >= now;
  }
}

function authorOf(item: EntityState | undefined): string {
  return item?.part(itemFacts).facts?.authorId ?? '';
}
