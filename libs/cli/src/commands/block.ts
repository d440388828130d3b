import { randomUUID } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';

interface Options {
  readonly user: string;
  readonly author?: string;
  readonly topic?: string;
  readonly remove: boolean;
}

/** `attune block`: keeps an author or a topic out of somebody's slates. */
export const registerBlock: RegisterCommand = (program, run) => {
  program
    .command('block')
    .description('keep an author or a topic out of the slates of a user, or take that back')
    .requiredOption('--user <id>', 'who does not want to see it')
    .option('--author <id>', 'nothing of this author')
    .option('--topic <topic>', 'nothing of this category or with this tag, written as items have it')
    .option('--remove', 'take the block away', false)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune block --user u000001 --author u000042
  scripts/attune block --user u000001 --topic politics
  scripts/attune block --user u000001 --topic politics --remove`,
    )
    .action(run((context: CliContext, options: Options) => block(context, options)));
};

async function block(context: CliContext, { user, author, topic, remove }: Options): Promise<void> {
  const target = targetOf(author, topic);
  const one = { userId: user, target, since: undefined, removed: remove };
  const { changedCount } = await context.client('feature-store').setBlocks({ blocks: [one], requestId: randomUUID() });
  const isChanged = changedCount > 0;
  const named = target.$case === 'authorId' ? { authorId: target.value } : { topic: target.value };
  context.output.result({ userId: user, ...named, removed: remove, changed: isChanged }, () => [
    sentence(user, target, remove),
    ...(isChanged ? [] : ['It was so before.']),
  ]);
}

function targetOf(author: string | undefined, topic: string | undefined) {
  if (author !== undefined && topic === undefined) return { $case: 'authorId', value: author } as const;
  if (topic !== undefined && author === undefined) return { $case: 'topic', value: topic } as const;
  throw new AppError('invalid.options', 'say what is blocked by one of --author and --topic');
}

function sentence(user: string, target: ReturnType<typeof targetOf>, isRemoved: boolean): string {
  const what = target.$case === 'authorId' ? `of ${target.value}` : `about "${target.value}"`;
  if (isRemoved) return `${user} may see items ${what} again.`;
  return `${user} sees no items ${what} any more, from the next slate on.`;
}
