import { type events, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { type DeliveredRecord, decodeRecords, type HandleContext } from '@attune/event-log';
import type { ItemFact, UserGroups } from '../domain/facts';
import type { FactBatch } from '../fact-ports';

/** Makes the consumer of `entities.v1`: what makes groups of users and of authors, and nothing else that is known of them. */
export function makeOnEntity(takeIn: (batch: FactBatch) => Promise<void>, userKeyOf: (userId: string) => string) {
  return async (batch: readonly DeliveredRecord[], context: Pick<HandleContext, 'deadLetter'>): Promise<void> => {
    const changes = await decodeRecords(batch, context, ({ value, appendedAt }) => {
      const { entity, acceptedAt = appendedAt } = TOPIC_CODECS.entities.decode(value);
      if (entity === undefined) return new AppError('invalid.event', 'the record has no entity');
      return { entity, acceptedAt };
    });
    await takeIn({
      items: changes.flatMap(({ entity, acceptedAt }) =>
        entity.$case === 'item' ? [itemOf(entity.value, userKeyOf, acceptedAt)] : [],
      ),
      userGroups: changes.flatMap(({ entity, acceptedAt }) =>
        entity.$case === 'user' ? [groupsOf(entity.value, userKeyOf, acceptedAt)] : [],
      ),
    });
  };
}

type Entity = NonNullable<events.EntityChanged['entity']>;
type Item = Extract<Entity, { $case: 'item' }>['value'];
type User = Extract<Entity, { $case: 'user' }>['value'];

function itemOf(
  { itemId, authorId, category, publishedAt }: Item,
  userKeyOf: (userId: string) => string,
  at: Date,
): ItemFact {
  const author = authorId === '' ? '' : userKeyOf(authorId);
  return { itemId, authorId: author, category, at, ...(publishedAt === undefined ? {} : { publishedAt }) };
}

function groupsOf({ userId, attributes }: User, userKeyOf: (userId: string) => string, at: Date): UserGroups {
  const { country = '', language = '', ageBand = '' } = attributes;
  return { userKey: userKeyOf(userId), country, language, ageBand, at };
}
