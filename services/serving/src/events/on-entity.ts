import { TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { ItemChange } from '../domain/catalog/item-facts';
import { itemFactsOf } from '../domain/catalog/item-facts';
import { type ConsentChange, refusedBy } from '../domain/consent';
import type { RelationChange } from '../domain/relations';
import type { ItemProjection } from '../item-ports';
import type { ConsentKeeper, ForgottenUsers, RelationKeeper } from '../user-ports';

/** What the consumer writes to. */
export interface OnEntityParts {
  readonly consents: Pick<ConsentKeeper, 'apply'>;
  readonly relations: Pick<RelationKeeper, 'apply'>;
  readonly items: Pick<ItemProjection, 'put'>;
  readonly forgotten: Pick<ForgottenUsers, 'without'>;
  /** Drops what this process keeps of the users. */
  readonly forget: (userIds: Iterable<string>) => void;
  /** Resolves when this process knows the items as they are now; others find out by themselves. */
  readonly itemsChanged: () => Promise<unknown>;
  /** Resolves when no replica can act any more on what it read before the call. */
  readonly untilOthersForget: (signal: AbortSignal) => Promise<void>;
}

/** A change of one entity, as far as serving needs it. */
type Change =
  | { readonly of: 'consent'; readonly change: ConsentChange }
  | { readonly of: 'relation'; readonly change: RelationChange }
  | { readonly of: 'item'; readonly change: ItemChange };

/**
 * Makes the consumer of `entities.v1`: what users refuse, whom they follow, what they block, and what items are. The position moves
 * when every replica respects the refusals and the blocks of the batch, and whoever wrote them may wait for that. A batch that comes
 * again changes nothing.
 */
export function makeOnEntity(parts: OnEntityParts) {
  return async function onEntity(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'signal' | 'deadLetter'>,
  ): Promise<void> {
    const decoded: Change[] = [];
    for (const record of batch) {
      const change = decode(record);
      if (change instanceof AppError) await context.deadLetter(record, change);
      else if (change !== undefined) decoded.push(change);
    }
    const consents = await parts.forgotten.without(
      decoded.flatMap(({ of, change }) => (of === 'consent' ? [change] : [])),
      acceptedAtOf,
    );
    const relations = await knownRelations(decoded.flatMap(({ of, change }) => (of === 'relation' ? [change] : [])));
    const items = decoded.flatMap(({ of, change }) => (of === 'item' ? [change] : []));
    await Promise.all([parts.consents.apply(consents), parts.relations.apply(relations), parts.items.put(items)]);
    parts.forget([...consents, ...relations].map(({ userId }) => userId));
    if (items.length > 0) await parts.itemsChanged();
    // Also when the batch came before: whoever wrote it then may not have lived to wait.
    const forbids =
      consents.some(({ refused }) => refused.length > 0) ||
      relations.some(({ kind, holds }) => holds && kind !== 'followee');
    if (forbids) await parts.untilOthersForget(context.signal);
  };

  /** Without those of users who were forgotten since, and those about them. */
  async function knownRelations(changes: readonly RelationChange[]): Promise<readonly RelationChange[]> {
    const byKnown = await parts.forgotten.without(changes, acceptedAtOf);
    const about = byKnown.map((change) => ({ userId: change.kind === 'topic' ? '' : change.target, change }));
    const known = await parts.forgotten.without(about, ({ change }) => change.acceptedAt);
    return known.map(({ change }) => change);
  }
}

const acceptedAtOf = ({ acceptedAt }: { readonly acceptedAt: Date }) => acceptedAt;

function decode({ value }: DeliveredRecord): Change | AppError | undefined {
  try {
    return changeFrom(TOPIC_CODECS.entities.decode(value));
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an EntityChanged', { cause });
  }
}

function changeFrom({ eventId, acceptedAt, entity }: ReturnType<typeof TOPIC_CODECS.entities.decode>) {
  if (entity === undefined) return undefined;
  const incomplete = new AppError(
    'invalid.event',
    'the record has no event id, time of acceptance, or ids of what it is about',
  );
  if (eventId === '' || acceptedAt === undefined) return incomplete;
  switch (entity.$case) {
    case 'user': {
      const { userId, consent } = entity.value;
      if (userId === '') return incomplete;
      return { of: 'consent', change: { userId, eventId, acceptedAt, refused: refusedBy(consent) } } as const;
    }
    case 'item': {
      if (entity.value.itemId === '') return incomplete;
      const facts = itemFactsOf(entity.value);
      return { of: 'item', change: { facts, acceptedAtMs: acceptedAt.getTime(), eventId } } as const;
    }
    case 'follow': {
      const { followerId: userId, followeeId: target, removed } = entity.value;
      if (userId === '' || target === '') return incomplete;
      return {
        of: 'relation',
        change: { userId, kind: 'followee', target, holds: !removed, acceptedAt, eventId },
      } as const;
    }
    case 'block': {
      const { userId, target, removed } = entity.value;
      const kind = target?.$case === 'authorId' ? 'author' : 'topic';
      const name = target?.$case === 'authorId' ? target.value : target?.value;
      if (userId === '' || name === undefined || name === '') return incomplete;
      return { of: 'relation', change: { userId, kind, target: name, holds: !removed, acceptedAt, eventId } } as const;
    }
    default:
      return entity satisfies never;
  }
}
