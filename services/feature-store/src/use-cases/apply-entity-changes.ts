import { addEvent, type EventsByEntity, noEvents } from '../domain/entity-events';
import { VIEWS } from '../domain/feature-registry';
import type { EventStore, FeatureProjection, LogPosition, StoredFollow, StoredProfile } from '../ports';
import { type CallOptions, type EffectTransaction, followKey } from '../ports';
import { entityChangesApplied } from '../telemetry';
import { foldStates } from './fold-states';
import { projectStates } from './project-states';

/** Changes of one batch by kind, in the order of the log. */
export interface EntityBatch {
  readonly users: readonly StoredProfile[];
  readonly items: readonly StoredProfile[];
  readonly follows: readonly StoredFollow[];
}

/** Applies a batch of one partition: all of it, or nothing. */
export type ApplyEntityChanges = (batch: EntityBatch, position: LogPosition, options?: CallOptions) => Promise<void>;

interface Needs {
  readonly store: EventStore;
  readonly projection: FeatureProjection;
}

/** Gives changes of users, items and follows their effect: tables, feature states and position in one transaction. */
export function makeApplyEntityChanges(needs: Needs): ApplyEntityChanges {
  return async (batch, position, options = {}) => {
    const latest = {
      users: latestOf(batch.users, ({ id }) => id),
      items: latestOf(batch.items, ({ id }) => id),
      follows: latestOf(batch.follows, followKey),
    };
    const changed = await needs.store.transaction(async (tx) => {
      const { events, keptCount } = await keep(tx, latest);
      const user = await foldStates(tx, VIEWS.user, events.user);
      const item = await foldStates(tx, VIEWS.item, events.item);
      await tx.advance(position, keptCount);
      return { user, item, keptCount };
    }, options);
    const followers = latest.follows.flatMap(({ followerId, followeeId }) => [followerId, followeeId]);
    await projectStates(
      needs,
      {
        user: { changed: changed.user, unchangedIds: new Set([...latest.users.map(({ id }) => id), ...followers]) },
        item: { changed: changed.item, unchangedIds: latest.items.map(({ id }) => id) },
      },
      options,
    );
    entityChangesApplied(batch.users.length + batch.items.length + batch.follows.length, changed.keptCount);
  };
}

async function keep(tx: EffectTransaction, { users, items, follows }: EntityBatch) {
  const events = noEvents();
  const keptUsers = users.length === 0 ? new Set<string>() : await tx.putProfiles('user', users);
  const keptItems = items.length === 0 ? new Set<string>() : await tx.putProfiles('item', items);
  const toggled = follows.length === 0 ? [] : await tx.putFollows(follows);
  addProfiles(
    events,
    'user',
    users.filter(({ id }) => keptUsers.has(id)),
  );
  addProfiles(
    events,
    'item',
    items.filter(({ id }) => keptItems.has(id)),
  );
  for (const follow of toggled) addFollow(events, follow);
  return { events, keptCount: keptUsers.size + keptItems.size + toggled.length };
}

function addProfiles(events: EventsByEntity, entity: 'user' | 'item', profiles: readonly StoredProfile[]): void {
  for (const { id, bornAt, acceptedAt } of profiles) {
    addEvent(events[entity], id, {
      kind: 'profile',
      bornAtMs: bornAt?.getTime(),
      occurredAtMs: acceptedAt.getTime(),
    });
  }
}

function addFollow(events: EventsByEntity, { followerId, followeeId, removed, acceptedAt }: StoredFollow): void {
  const seen = { kind: 'follow', delta: removed ? -1 : 1, occurredAtMs: acceptedAt.getTime() } as const;
  addEvent(events.user, followerId, { ...seen, side: 'follower' });
  addEvent(events.user, followeeId, { ...seen, side: 'followee' });
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
