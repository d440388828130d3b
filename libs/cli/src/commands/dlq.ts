import { randomUUID } from 'node:crypto';
import { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Command } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { wholeNumber } from '../parse';

const DEFAULT_COUNT = 50;

/** `attune dlq`: records that a service could not handle, and how to bring them back. */
export const registerDlq: RegisterCommand = (program, run) => {
  const dlq = program
    .command('dlq')
    .description('records that a service could not handle: list, show and redrive below it')
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune dlq list --topic interactions.v1
  scripts/attune dlq show <an id of the list>
  scripts/attune dlq redrive <an id of the list>
  scripts/attune dlq redrive --topic interactions.v1`,
    );
  addList(dlq, run);
  addShow(dlq, run);
  addRedrive(dlq, run);
};

function addList(dlq: Command, run: RunAction): void {
  dlq
    .command('list')
    .option('--topic <name>', 'only of this topic, for instance interactions.v1', '')
    .option('--limit <n>', 'at most this many, newest first', wholeNumber(1), DEFAULT_COUNT)
    .option('--all', 'also those that were redriven', false)
    .description('what could not be handled, newest first: where, by whom, why')
    .addHelpText('after', '\nExample:\n  scripts/attune dlq list --topic interactions.v1 --limit 10')
    .action(run(list));
}

async function list(context: CliContext, asked: { topic: string; limit: number; all: boolean }): Promise<void> {
  const deadLetters: featureStore.DeadLetter[] = [];
  const question = { topic: asked.topic, includeRedriven: asked.all };
  for (let pageToken = ''; ; ) {
    const pageSize = asked.limit - deadLetters.length;
    const page = await context.client('feature-store').listDeadLetters({ ...question, pageSize, pageToken });
    deadLetters.push(...page.deadLetters);
    pageToken = page.nextPageToken;
    if (pageToken === '' || deadLetters.length >= asked.limit) break;
  }
  const json = deadLetters.map((letter) => featureStore.DeadLetter.toJSON(letter));
  context.output.result({ deadLetters: json }, () =>
    deadLetters.length === 0 ? ['No dead letters.'] : rows(deadLetters),
  );
}

function rows(deadLetters: readonly featureStore.DeadLetter[]): string[] {
  return table(
    ['id', 'died at', 'group', 'attempts', 'bytes', 'redriven', 'why'],
    deadLetters.map((letter) => [
      letter.id,
      letter.diedAt?.toISOString() ?? '',
      letter.group,
      letter.attempts,
      letter.valueBytes,
      letter.redrivenAt?.toISOString() ?? '-',
      letter.reason,
    ]),
  );
}

function addShow(dlq: Command, run: RunAction): void {
  dlq
    .command('show')
    .argument('<id>', 'an id of the list')
    .description('one of them with its headers and its content, which may be about a person')
    .addHelpText('after', '\nExample:\n  scripts/attune dlq show interactions.v1/0/1764140400000-0.1')
    .action(run(show));
}

async function show(context: CliContext, id: string): Promise<void> {
  const { deadLetter, value, json, headers } = await context.client('feature-store').getDeadLetter({ id });
  const content = json === '' ? { base64: Buffer.from(value).toString('base64') } : { json: JSON.parse(json) };
  const letter = deadLetter ?? featureStore.DeadLetter.fromPartial({ id });
  context.output.result({ deadLetter: featureStore.DeadLetter.toJSON(letter), headers, ...content }, () => [
    `Dead letter ${letter.id}, ${letter.diedAt?.toISOString()}`,
    `  ${letter.group} could not handle it in ${letter.attempts} attempts: ${letter.reason}`,
    `  it came from ${letter.topic}, partition ${letter.partition}, position ${letter.position}, key ${letter.key}`,
    `  ${letter.redrivenAt === undefined ? 'not redriven yet' : `redriven ${letter.redrivenAt.toISOString()}`}`,
    ...Object.entries(headers).map(([name, text]) => `  header ${name}: ${text}`),
    json === '' ? `  ${letter.valueBytes} bytes that cannot be decoded` : JSON.stringify(JSON.parse(json), null, 2),
  ]);
}

function addRedrive(dlq: Command, run: RunAction): void {
  dlq
    .command('redrive')
    .argument('[ids...]', 'ids of the list')
    .option('--topic <name>', 'all of this topic that were not redriven yet', '')
    .description('append them to the topic that they came from, each once')
    .addHelpText(
      'after',
      '\nExamples:\n  scripts/attune dlq redrive interactions.v1/0/1764140400000-0.1\n  scripts/attune dlq redrive --topic interactions.v1',
    )
    .action(run(redrive));
}

async function redrive(context: CliContext, ids: string[], { topic }: { topic: string }): Promise<void> {
  if ((ids.length === 0) === (topic === '')) {
    throw new AppError(
      'invalid.redrive',
      'name either ids of dead letters or a topic: attune dlq list shows what there is',
    );
  }
  const request = { ids, topic, requestId: randomUUID() };
  const answer = await context.client('feature-store').redriveDeadLetters(request);
  context.output.result(featureStore.RedriveDeadLettersResponse.toJSON(answer), () => [
    `${answer.redrivenCount} redriven, ${answer.alreadyRedrivenCount} had been before.`,
  ]);
}
