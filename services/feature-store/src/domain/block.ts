import type { Block } from './entity';

/** A block in the shape of the contract: one of several targets, or none where nothing was said. */
export interface TargetedBlock extends Pick<Block, 'userId' | 'since' | 'removed'> {
  readonly target?: { readonly $case: 'authorId' | 'topic'; readonly value: string } | undefined;
}

/** A block from that shape; one that names nothing has neither an author nor a topic. */
export function fromTargeted({ userId, target, since, removed }: TargetedBlock): Block {
  const named = ($case: string) => (target?.$case === $case ? target.value : '');
  return { userId, authorId: named('authorId'), topic: named('topic'), since, removed };
}

/** A block in that shape. */
export function toTargeted({ userId, authorId, topic, since, removed }: Block) {
  const ofAuthor = { $case: 'authorId', value: authorId } as const;
  return { userId, target: authorId === '' ? ({ $case: 'topic', value: topic } as const) : ofAuthor, since, removed };
}
