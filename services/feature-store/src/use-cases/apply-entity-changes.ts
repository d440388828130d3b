import { addEvent, type EventsByView, noEvents } from '../domain/entity-events';
import type { FeatureEvent } from '../domain/feature-event';
import { VIEWS } from '../domain/feature-registry';
import type { ViewName } from '../domain/features/feature';
import { idHash } from '../domain/id-hash';
import { itemFactsOf, userFactsOf } from '../domain/profile-facts';
import type {
  CallOptions,
  Clock,
  EffectTransaction,
  EventStore,
  FeatureProjection,
  LogPosition,
  States,
  StoredBlock,
  StoredChange,
  StoredFollow,
  StoredProfile,
} from '../ports';
import { blockKey, followKey } from '../ports';
import { entityChangesApplied } from '../telemetry';
import { foldStates } from './fold-states';
import { projectStates } from './project-states';

/** Changes of one batch by kind, in the order of the log. */
export interface EntityBatch {
  readonly users: readonly StoredProfile[];
  readonly items: readonly StoredProfile[];
  readonly follows: readonly StoredFollow[];
  readonly blocks: readonly StoredBlock[];
}

/** Applies a batch of one partition: all of it, or nothing. */
export type ApplyEntityChanges = (batch: EntityBatch, position: LogPosition, options?: CallOptions) => Promise<void>;

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
  readonly clock: Clock;
}

/** Gives changes of users, items, follows and blocks their effect: history, tables, feature states and position in one transaction. */
export function makeApplyEntityChanges(needs: Needs): ApplyEntityChanges {
  return async (batch, position, options = {}) => {
    const ids = idsOf(batch);
    const changed = await needs.store.transaction(
      needs.clock(),
      async (tx) => {
        const fresh = await newOf(tx, batch);
        const states = changesOf(fresh).length === 0 ? NOTHING : await applyNew(tx, fresh, ids);
        await tx.advance(position, states.keptCount);
        return states;
      },
      options,
    );
    await projectStates(
      needs,
      {
        user: { changed: changed.user, unchangedIds: ids.user },
        user_graph: { changed: changed.user_graph, unchangedIds: ids.user_graph },
        item: { changed: changed.item, unchangedIds: ids.item },
      },
      options,
    );
    entityChangesApplied(changesOf(batch).length, changed.keptCount);
  };
}

type Changed = { readonly [View in ViewName]: States } & { readonly keptCount: number };
type Ids = { readonly [View in ViewName]: readonly string[] };

const NOTHING: Changed = { user: new Map(), user_graph: new Map(), item: new Map(), keptCount: 0 };

function idsOf({ users, items, follows }: EntityBatch): Ids {
  const distinct = (ids: readonly string[]) => [...new Set(ids)];
  return {
    user: distinct(users.map(({ id }) => id)),
    item: distinct(items.map(({ id }) => id)),
    user_graph: distinct(follows.flatMap(({ followerId, followeeId }) => [followerId, followeeId])),
  };
}

function changesOf({ users, items, follows, blocks }: EntityBatch): readonly StoredChange[] {
  return [...users, ...items, ...follows, ...blocks];
}

/** The changes that the history does not have yet. */
async function newOf(tx: EffectTransaction, batch: EntityBatch): Promise<EntityBatch> {
  const added = await tx.addNewIds(changesOf(batch).map(({ eventId }) => eventId));
  if (added === undefined) return batch;
  const isNew = ({ eventId }: { readonly eventId: string }) => added.delete(eventId);
  return {
    users: batch.users.filter(isNew),
    items: batch.items.filter(isNew),
    follows: batch.follows.filter(isNew),
    blocks: batch.blocks.filter(isNew),
  };
}

async function applyNew(tx: EffectTransaction, fresh: EntityBatch, ids: Ids): Promise<Changed> {
  const locked = {
    item: await tx.lockStates(VIEWS.item, ids.item),
    user: await tx.lockStates(VIEWS.user, ids.user),
    user_graph: await tx.lockStates(VIEWS.user_graph, ids.user_graph),
  };
  const seq = await tx.nextSeq();
  const kept = await keepLatest(tx, fresh);
  await tx.addChanges(
    seq,
    changesOf(fresh).map((change) => ({ change, isKept: kept.has(change) })),
  );
  const events = eventsOf(kept);
  const fold = (view: ViewName) => foldStates(tx, VIEWS[view], { seq, locked: locked[view], events: events[view] });
  return {
    item: await fold('item'),
    user: await fold('user'),
    user_graph: await fold('user_graph'),
    keptCount: kept.size,
  };
}

/** Writes the latest change of each entity into the tables, and returns the changes that took effect. */
async function keepLatest(tx: EffectTransaction, batch: EntityBatch): Promise<ReadonlySet<StoredChange>> {
  const users = latestOf(batch.users, ({ id }) => id);
  const items = latestOf(batch.items, ({ id }) => id);
  const follows = latestOf(batch.follows, followKey);
  const blocks = latestOf(batch.blocks, blockKey);
  const keptUsers = users.length === 0 ? new Set<string>() : await tx.putProfiles('user', users);
  const keptItems = items.length === 0 ? new Set<string>() : await tx.putProfiles('item', items);
  const toggledFollows = follows.length === 0 ? [] : await tx.putFollows(follows);
  const toggledBlocks = blocks.length === 0 ? [] : await tx.putBlocks(blocks);
  return new Set([
    ...users.filter(({ id }) => keptUsers.has(id)),
    ...items.filter(({ id }) => keptItems.has(id)),
    ...toggledFollows,
    ...toggledBlocks,
  ]);
}

/** What features hear of the changes. A block says what somebody must not see, and nothing that a feature folds. */
function eventsOf(kept: ReadonlySet<StoredChange>): EventsByView {
  const events = noEvents();
  for (const change of kept) {
    if ('profile' in change) {
      addEvent(events[change.profile.kind], change.id, seenOf(change));
      continue;
    }
    if (!('followerId' in change)) continue;
    const { followerId, followeeId, removed, acceptedAt } = change;
    const seen = { kind: 'follow', delta: removed ? -1 : 1, occurredAtMs: acceptedAt.getTime() } as const;
    addEvent(events.user_graph, followerId, { ...seen, side: 'follower', otherKey: idHash(followeeId) });
    addEvent(events.user_graph, followeeId, { ...seen, side: 'followee', otherKey: idHash(followerId) });
  }
  return events;
}

function seenOf(change: StoredProfile): FeatureEvent {
  const { profile, acceptedAt } = change;
  const occurredAtMs = acceptedAt.getTime();
  if (profile.kind === 'user') return { kind: 'user', occurredAtMs, facts: userFactsOf(profile.user, change) };
  return { kind: 'item', occurredAtMs, facts: itemFactsOf(profile.item, change) };
}

/** The latest change of each entity: a statement can change a row once. */
function latestOf<T extends Pick<StoredProfile, 'acceptedAt' | 'eventId'>>(
  changes: readonly T[],
  keyOf: (change: T) => string,
): readonly T[] {
  const latest = new Map<string, T>();
  for (const change of changes) {
    const known = latest.get(keyOf(change));
    if (known === undefined || isLater(change, known)) latest.set(keyOf(change), change);
  }
  return [...latest.values()];
}

function isLater(a: Pick<StoredProfile, 'acceptedAt' | 'eventId'>, b: Pick<StoredProfile, 'acceptedAt' | 'eventId'>) {
  const byTime = a.acceptedAt.getTime() - b.acceptedAt.getTime();
  return byTime > 0 || (byTime === 0 && a.eventId > b.eventId);
}
