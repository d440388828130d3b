import { type events, TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { toTargeted } from '../domain/block';
import { type Entity, type EntityChange, keyOf } from '../domain/entity';
import type { EntityPublisher } from '../ports';

/** Appends changes of users, items, follows and blocks to `entities.v1`, keyed by the entity's id, the follower or who blocks. */
export function publishEntityChanges(eventLog: EventLog): EntityPublisher {
  return {
    publish: (changes, { signal } = {}) => eventLog.append(TOPICS.entities.name, changes.map(recordOf), { signal }),
  };
}

function recordOf({ eventId, acceptedAt, entity }: EntityChange) {
  return {
    key: keyOf(entity),
    value: TOPIC_CODECS.entities.encode({ eventId, acceptedAt, entity: messageOf(entity) }).finish(),
  };
}

function messageOf(entity: Entity): events.EntityChanged['entity'] {
  switch (entity.kind) {
    case 'user':
      return { $case: 'user', value: { ...entity.user, interests: [...entity.user.interests] } };
    case 'item': {
      const { tags, mediaUrls } = entity.item;
      return { $case: 'item', value: { ...entity.item, tags: [...tags], mediaUrls: [...mediaUrls] } };
    }
    case 'follow':
      return { $case: 'follow', value: entity.follow };
    case 'block':
      return { $case: 'block', value: toTargeted(entity.block) };
    default:
      return entity satisfies never;
  }
}
