import type { EntityState } from '../domain/entity-state';
import type { FeatureEvent } from '../domain/feature-event';
import { VIEWS } from '../domain/feature-registry';
import type { FeatureView } from '../domain/feature-view';
import { foldInto } from '../domain/fold';
import { dropAuthor, dropEngager } from '../domain/forget-in-states';
import { idHash } from '../domain/id-hash';
import { initialState } from '../domain/packed-state';
import type { ErasureTransaction, UserErasureStore, Whom } from '../erasure-ports';
import type { HistoryArchive } from '../history-ports';
import type { CallOptions, Clock, EntityPublisher, FeatureProjection, States } from '../ports';
import type { RequireDays } from './restore-history';

/** States of one transaction: it holds their rows for some tens of milliseconds. */
const STATES_AT_ONCE = 500;

/** What erasing from this store needs. */
export interface EraseFromStoreNeeds {
  readonly users: UserErasureStore;
  readonly archive: Pick<HistoryArchive, 'rowsOf'>;
  /** Loads days of the history back that are about to be read. */
  readonly requireDays: RequireDays;
  readonly projection: FeatureProjection;
  readonly entities: EntityPublisher;
  readonly caughtUp: (options: CallOptions) => Promise<void>;
  readonly newEventId: () => string;
  readonly clock: Clock;
}

/** Takes everything about a user out of history, tables, feature states and projection. Done again it goes on where it ended. */
export type EraseFromStore = (whom: Whom, options?: CallOptions) => Promise<void>;

/**
 * Each step finds what it has to do in what the next ones delete, so that an erasure that was cut off finds it again.
 *
 * What remains is as if the user had never been there, with one exception: counts of items stay as they were. They are sums
 * without anybody in them, and a fold of what is left would need the whole history of every item that the user ever touched.
 */
export function makeEraseFromStore(needs: EraseFromStoreNeeds): EraseFromStore {
  return async (whom, options = {}) => {
    await takeOffItems(needs, whom, options);
    await forgetEngagements(needs, whom, options);
    await forgetFollows(needs, whom, options);
    await forgetOwn(needs, whom);
  };
}

/** Items stay and lose their author: as a change, so that every service hears of it. */
async function takeOffItems(needs: EraseFromStoreNeeds, whom: Whom, options: CallOptions): Promise<void> {
  const items = await needs.users.authoredItems(whom);
  if (items.length > 0) {
    const acceptedAt = needs.clock();
    const changes = items.map((item) => {
      const entity = { kind: 'item', item: { ...item, authorId: '' } } as const;
      return { eventId: needs.newEventId(), acceptedAt, entity };
    });
    await needs.entities.publish(changes, options);
    await needs.caughtUp(options);
  }
  const authorKey = idHash(whom.userId);
  const readers = await needs.users.readersOfAuthor(whom);
  await changeStates(needs, VIEWS.user, readers, (state) => dropAuthor(state, authorKey), options);
  await needs.users.blankAuthor(whom);
}

async function forgetEngagements(needs: EraseFromStoreNeeds, whom: Whom, options: CallOptions): Promise<void> {
  const userKey = idHash(whom.userId);
  const touched = new Set(await needs.users.touchedItemIds(whom));
  for await (const { table, row } of needs.archive.rowsOf(whom.userKey, options)) {
    if (table === 'interactions') touched.add(String(row.item_id));
  }
  await changeStates(needs, VIEWS.item, [...touched], (state) => dropEngager(state, userKey), options);
}

/** Those on the other side of a follow are folded again without it. */
async function forgetFollows(needs: EraseFromStoreNeeds, whom: Whom, options: CallOptions): Promise<void> {
  const { users, projection } = needs;
  const related = await users.relatedUserIds(whom);
  if (related.length > 0)
    await needs.requireDays({ from: undefined, to: undefined, tables: ['entity_changes'] }, options);
  for (const others of chunksOf(related)) {
    options.signal?.throwIfAborted();
    const view = VIEWS.user_graph;
    const states = await users.transaction(async (tx) => {
      await tx.lockStates(view, others);
      await tx.deleteFollows(whom, others);
      return refold(tx, view, others);
    });
    await projection.put(view, states);
  }
}

const NOTHING: States = new Map();

/** What the user did or became after the erasure was asked for is the beginning of somebody new. */
async function forgetOwn({ users, projection }: EraseFromStoreNeeds, whom: Whom): Promise<void> {
  const views = [VIEWS.user, VIEWS.user_graph];
  const { erasedSeq, left } = await users.transaction(async (tx) => {
    const lastSeen = new Map<FeatureView, number>();
    for (const view of views) {
      const state = (await tx.lockStates(view, [whom.userId])).get(whom.userId)!;
      lastSeen.set(view, state.observedAtMs);
    }
    const seq = await tx.deleteOwn(whom);
    const folded = new Map<FeatureView, States>();
    for (const view of views) {
      // mostly nothing has come since, and then nothing needs to be looked for
      const hasLater = lastSeen.get(view)! > whom.requestedAt.getTime();
      folded.set(view, hasLater ? await refold(tx, view, [whom.userId]) : NOTHING);
      if (!hasLater) await tx.deleteStates(view, [whom.userId]);
    }
    return { erasedSeq: seq, left: folded };
  });
  for (const [view, states] of left) {
    await projection.remove(view, [whom.userId], erasedSeq);
    await projection.put(view, states);
  }
}

/** Folds states that are locked again from what the history still has; where that is nothing, the state goes. */
async function refold(tx: ErasureTransaction, view: FeatureView, entityIds: readonly string[]): Promise<States> {
  const version = await tx.nextSeq();
  const events = new Map<string, FeatureEvent[]>(entityIds.map((id) => [id, []]));
  for await (const batch of tx.history(view, entityIds)) {
    for (const { entityId, event } of batch) events.get(entityId)!.push(event);
  }
  const states = new Map<string, EntityState>();
  for (const [id, own] of events) {
    if (own.length === 0) continue;
    const state = initialState(view);
    foldInto(view, state, own);
    state.version = version;
    states.set(id, state);
  }
  await tx.saveStates(view, states);
  await tx.deleteStates(
    view,
    entityIds.filter((id) => !states.has(id)),
  );
  return states;
}

async function changeStates(
  { users, projection }: EraseFromStoreNeeds,
  view: FeatureView,
  entityIds: readonly string[],
  change: (state: EntityState) => boolean,
  { signal }: CallOptions,
): Promise<void> {
  for (const ids of chunksOf(entityIds)) {
    signal?.throwIfAborted();
    const changed = await users.transaction(async (tx) => {
      const locked = await tx.lockStates(view, ids);
      const states = new Map([...locked].filter(([, state]) => change(state)));
      if (states.size === 0) return states;
      const version = await tx.nextSeq();
      for (const state of states.values()) state.version = version;
      await tx.saveStates(view, states);
      return states;
    });
    await projection.put(view, changed);
  }
}

function chunksOf(ids: readonly string[]): string[][] {
  const sorted = [...ids].sort();
  const count = Math.ceil(sorted.length / STATES_AT_ONCE);
  return Array.from({ length: count }, (_, n) => sorted.slice(n * STATES_AT_ONCE, (n + 1) * STATES_AT_ONCE));
}
