import type { ForgottenWatch } from '../erasure-ports';
import type { StoredBlock, StoredChange, StoredFollow, StoredProfile } from '../ports';
import type { ApplyEntityChanges } from './apply-entity-changes';
import type { ApplyInteractions } from './apply-interactions';
import type { KeepDecisions } from './keep-decisions';

/*
 * What consumers apply of forgotten users: nothing that happened before. Each batch learns first of everybody who was forgotten
 * by then. An erasure waits until the consumers have handled what was in the log when it began, so a batch that looked too early
 * is undone by it, and one that comes later looks late enough.
 */

/** Drops interactions of forgotten users. */
export function dropForgottenInteractions(apply: ApplyInteractions, forgotten: ForgottenWatch): ApplyInteractions {
  return async (batches, options) => {
    await forgotten.refresh();
    const left = batches.map(({ events, position }) => ({
      position,
      events: events.filter(
        ({ userId, occurredAt, acceptedAt }) =>
          !forgotten.covers(userId, Math.min(occurredAt.getTime(), acceptedAt.getTime())),
      ),
    }));
    return apply(left, options);
  };
}

/** Drops changes of forgotten users, and follows and blocks that name them; items lose a forgotten author. */
export function dropForgottenEntities(
  apply: ApplyEntityChanges,
  forgotten: ForgottenWatch,
  withoutAuthor: (item: StoredProfile) => StoredProfile,
): ApplyEntityChanges {
  const covers = (userId: string, { acceptedAt }: StoredChange) => forgotten.covers(userId, acceptedAt.getTime());
  return async (batch, position, options) => {
    await forgotten.refresh();
    const isLeft = (follow: StoredFollow) => !covers(follow.followerId, follow) && !covers(follow.followeeId, follow);
    const isLeftBlock = (block: StoredBlock) => !covers(block.userId, block) && !covers(block.authorId, block);
    const left = {
      users: batch.users.filter((user) => !covers(user.id, user)),
      items: batch.items.map((item) => (covers(authorOf(item), item) ? withoutAuthor(item) : item)),
      follows: batch.follows.filter(isLeft),
      blocks: batch.blocks.filter(isLeftBlock),
    };
    return apply(left, position, options);
  };
}

/** Drops decisions for forgotten users. */
export function dropForgottenDecisions(keep: KeepDecisions, forgotten: ForgottenWatch): KeepDecisions {
  return async (batch, position, options) => {
    await forgotten.refresh();
    const left = batch.filter(({ userId, decidedAt }) => !forgotten.covers(userId, decidedAt.getTime()));
    return keep(left, position, options);
  };
}

function authorOf({ profile }: StoredProfile): string {
  return profile.kind === 'item' ? profile.item.authorId : '';
}
