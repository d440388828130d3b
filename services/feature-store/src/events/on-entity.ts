import { common, type events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, EventLog, Subscription } from '@attune/event-log';
import { fromTargeted, toTargeted } from '../domain/block';
import { contentHash } from '../domain/content-hash';
import type { Entity, EntityChange, Item, User } from '../domain/entity';
import { blockViolations, followViolations, itemViolations, userViolations } from '../domain/entity-violations';
import { requireNone } from '../domain/request-size';
import { idProblem } from '../domain/usable-text';
import type { StoredBlock, StoredFollow, StoredProfile } from '../ports';
import type { ApplyEntityChanges, EntityBatch } from '../use-cases/apply-entity-changes';
import { decodeOrBury, positionOf, timeOf } from './decode-or-bury';

interface Needs {
  readonly eventLog: EventLog;
  readonly group: string;
  readonly applyEntityChanges: ApplyEntityChanges;
}

/** Consumes `entities.v1`: users, items, follows and blocks, and what they mean for features. */
export function onEntity({ eventLog, group, applyEntityChanges }: Needs): Promise<Subscription> {
  return eventLog.subscribe({
    topic: TOPICS.entities.name,
    group,
    handle: async (batch, context) => {
      const changes = await decodeOrBury(batch, context, decode);
      await applyEntityChanges(batchOf(changes), positionOf(batch), { signal: context.signal });
    },
  });
}

function decode({ value }: DeliveredRecord): EntityChange {
  const { eventId, entity, ...record } = TOPIC_CODECS.entities.decode(value);
  const acceptedAt = timeOf(record.acceptedAt, 'accepted_at');
  if (entity === undefined || idProblem(eventId) !== undefined) {
    throw new AppError('invalid.event', 'the record has no entity or no usable event id');
  }
  const change = { eventId, acceptedAt, entity: entityOf(entity) };
  requireNone(violationsOf(change));
  return change;
}

function entityOf(entity: NonNullable<events.EntityChanged['entity']>): Entity {
  switch (entity.$case) {
    case 'user':
      return { kind: 'user', user: entity.value };
    case 'item':
      return { kind: 'item', item: entity.value };
    case 'follow':
      return { kind: 'follow', follow: entity.value };
    case 'block':
      return { kind: 'block', block: fromTargeted(entity.value) };
    default:
      return entity satisfies never;
  }
}

function violationsOf({ entity, acceptedAt }: EntityChange) {
  switch (entity.kind) {
    case 'user':
      return userViolations([entity.user], acceptedAt.getTime());
    case 'item':
      return itemViolations([entity.item]);
    case 'follow':
      return followViolations([entity.follow], acceptedAt.getTime());
    case 'block':
      return blockViolations([entity.block], acceptedAt.getTime());
    default:
      return entity satisfies never;
  }
}

function batchOf(changes: readonly EntityChange[]): EntityBatch {
  const batch = {
    users: [] as StoredProfile[],
    items: [] as StoredProfile[],
    follows: [] as StoredFollow[],
    blocks: [] as StoredBlock[],
  };
  for (const { entity, acceptedAt, eventId } of changes) {
    const kept = { contentHash: contentHash(entity), acceptedAt, eventId };
    if (entity.kind === 'user') batch.users.push({ ...kept, ...userProfile(entity.user) });
    else if (entity.kind === 'item') batch.items.push({ ...kept, ...itemProfile(entity.item) });
    else if (entity.kind === 'follow') batch.follows.push({ ...kept, ...entity.follow });
    else
      batch.blocks.push({ ...kept, ...entity.block, record: common.Block.encode(toTargeted(entity.block)).finish() });
  }
  return batch;
}

function userProfile(user: User) {
  const record = common.User.encode({ ...user, interests: [...user.interests] }).finish();
  return { id: user.userId, profile: { kind: 'user', user } as const, bornAt: user.createdAt, record };
}

function itemProfile(item: Item) {
  const record = common.Item.encode({ ...item, tags: [...item.tags], mediaUrls: [...item.mediaUrls] }).finish();
  return { id: item.itemId, profile: { kind: 'item', item } as const, bornAt: item.publishedAt, record };
}
