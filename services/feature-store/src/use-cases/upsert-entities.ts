import type { FieldViolation } from '@attune/errors';
import type { ConsentReaders } from '../consent-ports';
import { contentHash } from '../domain/content-hash';
import { type Block, type Entity, type EntityChange, type Follow, type Item, keyOf, type User } from '../domain/entity';
import { blockViolations, followViolations, itemViolations, userViolations } from '../domain/entity-violations';
import { requireCount, requireNone } from '../domain/request-size';
import { blockKey, type CallOptions, type Clock, type EntityPublisher, type EventStore, followKey } from '../ports';

/** How many entities were new or changed, and how many were stored like this already. */
export interface UpsertOutcome {
  readonly changedCount: number;
  readonly unchangedCount: number;
}

interface Needs {
  readonly store: EventStore;
  readonly publisher: EntityPublisher;
  readonly newEventId: () => string;
  readonly clock: Clock;
}

const MAX_PROFILES = 1_000;
const MAX_RELATIONS = 5_000;

/**
 * Creates or replaces users. Where one of them refuses something, the answer comes when every service respects it: what anybody
 * asks next, anywhere, is answered accordingly.
 */
export function makeUpsertUsers(needs: Needs & { readonly consentReaders: ConsentReaders }) {
  return async (users: readonly User[], options?: CallOptions): Promise<UpsertOutcome> => {
    const outcome = await upsert(needs, options, {
      field: 'users',
      max: MAX_PROFILES,
      entities: users.map((user) => ({ kind: 'user', user })),
      violations: (nowMs) => userViolations(users, nowMs),
      knownHashes: (entities) => needs.store.profileHashes('user', entities.map(keyOf), options),
    });
    if (users.some(refusesSomething)) await needs.consentReaders.respect(options);
    return outcome;
  };
}

/** Creates or replaces items. */
export function makeUpsertItems(needs: Needs) {
  return (items: readonly Item[], options?: CallOptions): Promise<UpsertOutcome> =>
    upsert(needs, options, {
      field: 'items',
      max: MAX_PROFILES,
      entities: items.map((item) => ({ kind: 'item', item })),
      violations: () => itemViolations(items),
      knownHashes: (entities) => needs.store.profileHashes('item', entities.map(keyOf), options),
    });
}

/** Adds and removes follows. */
export function makeSetFollows(needs: Needs) {
  return (follows: readonly Follow[], options?: CallOptions): Promise<UpsertOutcome> =>
    upsert(needs, options, {
      field: 'follows',
      max: MAX_RELATIONS,
      entities: follows.map((follow) => ({ kind: 'follow', follow })),
      violations: (nowMs) => followViolations(follows, nowMs),
      knownHashes: () => needs.store.followHashes(follows, options),
    });
}

/** Adds and removes blocks. Where something is blocked the answer comes when every service respects it, as with what users refuse. */
export function makeSetBlocks(needs: Needs & { readonly consentReaders: ConsentReaders }) {
  return async (blocks: readonly Block[], options?: CallOptions): Promise<UpsertOutcome> => {
    const outcome = await upsert(needs, options, {
      field: 'blocks',
      max: MAX_RELATIONS,
      entities: blocks.map((block) => ({ kind: 'block', block })),
      violations: (nowMs) => blockViolations(blocks, nowMs),
      knownHashes: () => needs.store.blockHashes(blocks, options),
    });
    if (blocks.some(({ removed }) => !removed)) await needs.consentReaders.respect(options);
    return outcome;
  };
}

interface Upsert {
  readonly field: string;
  readonly max: number;
  readonly entities: readonly Entity[];
  violations(nowMs: number): readonly FieldViolation[];
  knownHashes(entities: readonly Entity[]): Promise<ReadonlyMap<string, Buffer>>;
}

/**
 * Checks everything, then appends everything. Entities that are stored like this already are appended too: the store runs a
 * little behind the log, so one that looks unchanged may be about to change, and leaving it out would let that change win.
 */
async function upsert(needs: Needs, options: CallOptions | undefined, what: Upsert): Promise<UpsertOutcome> {
  const acceptedAt = needs.clock();
  requireCount(what.field, what.entities.length, what.max);
  requireNone(what.violations(acceptedAt.getTime()));
  // The last of several elements for one entity is what the caller wants.
  const entities = [...new Map(what.entities.map((entity) => [identityOf(entity), entity])).values()];
  const known = await what.knownHashes(entities);
  const isUnchanged = (entity: Entity) => known.get(identityOf(entity))?.equals(contentHash(entity)) ?? false;
  const unchangedCount = entities.filter(isUnchanged).length;
  const changes = entities.map((entity): EntityChange => ({ eventId: needs.newEventId(), acceptedAt, entity }));
  await needs.publisher.publish(changes, options);
  return { changedCount: entities.length - unchangedCount, unchangedCount };
}

function refusesSomething({ consent }: User): boolean {
  return consent?.personalization === false || consent?.training === false || consent?.experiments === false;
}

function identityOf(entity: Entity): string {
  if (entity.kind === 'block') return blockKey(entity.block);
  return entity.kind === 'follow' ? followKey(entity.follow) : keyOf(entity);
}
