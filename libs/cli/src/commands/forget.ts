import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import type { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';

/** An erasure waits for every service; one that is away is waited for this long, and the erasure goes on without us. */
const DEADLINE_MS = 10 * 60_000;

/** `attune forget`: erases somebody from the whole fleet. */
export const registerForget: RegisterCommand = (program, run) => {
  program
    .command('forget')
    .requiredOption('--user <id>', 'whom')
    .option('--yes', 'do not ask: it cannot be undone', false)
    .description('erase a user from every service, with a signed receipt of each')
    .addHelpText(
      'after',
      '\nExamples:\n  scripts/attune export --user u000001 --out u000001.jsonl\n  scripts/attune forget --user u000001 --yes',
    )
    .action(run(forget));
};

async function forget(context: CliContext, { user, yes }: { user: string; yes: boolean }): Promise<void> {
  if (!yes) await confirm(user);
  const request = { userId: user, requestId: randomUUID() };
  const receipts: featureStore.ForgetUserResponse[] = [];
  let end: featureStore.ForgetUserResponse | undefined;
  for await (const news of context.client('feature-store').forgetUser(request, { deadlineMs: DEADLINE_MS })) {
    if (news.done) end = news;
    else receipts.push(news);
    context.output.progress(`${receipts.length} services have sent their receipts`);
  }
  context.output.progressEnd();
  const json = receipts.map(({ receipt }) => JSON.parse(Buffer.from(receipt).toString('utf8')) as unknown);
  const erasure = { erasureId: end?.erasureId ?? '', erasedCounts: end?.erasedCounts ?? {}, receipts: json };
  context.output.result(erasure, () => [
    `The user is erased (${erasure.erasureId}).`,
    '',
    ...table(
      ['service', 'erased'],
      receipts.map(({ service, erasedCounts }) => [service, counts(erasedCounts)]),
    ),
    '',
    `In all, the event log included: ${counts(erasure.erasedCounts)}`,
    'The signed receipts are in the answer to --json.',
  ]);
}

function counts(erased: Readonly<Record<string, number>>): string {
  const some = Object.entries(erased).filter(([, count]) => count > 0);
  return some.map(([kind, count]) => `${kind.replaceAll('_', ' ')} ${count}`).join(', ') || 'nothing was there';
}

/** Somebody at a terminal types the id once more; a script says --yes. */
async function confirm(user: string): Promise<void> {
  if (process.stdin.isTTY !== true) {
    throw new AppError(
      'failed_precondition.not_confirmed',
      'an erasure cannot be undone: add --yes to say that it is meant',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`This cannot be undone. Type the id of the user to erase it everywhere: `);
    if (answer.trim() === user) return;
  } finally {
    terminal.close();
  }
  throw new AppError('failed_precondition.not_confirmed', 'nothing was erased: what was typed is not the id');
}
