import { randomUUID } from 'node:crypto';
import { featureStore, INTERACTION_TYPES } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { Option } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { finiteNumber, moment } from '../parse';

interface Options {
  readonly user: string;
  readonly item: string;
  readonly type: string;
  readonly value?: number;
  readonly time?: Date;
  readonly decision?: string;
  readonly eventId?: string;
}

/** `attune record`: records one interaction. */
export const registerRecord: RegisterCommand = (program, run) => {
  program
    .command('record')
    .description('record one interaction; the next slate knows it within a second')
    .requiredOption('--user <id>', 'who acted')
    .requiredOption('--item <id>', 'on what')
    .addOption(new Option('--type <type>', 'what was done').makeOptionMandatory())
    .option('--value <number>', 'stars of a rating, seconds of a view', finiteNumber)
    .option('--time <time>', 'when it happened; now by default', moment)
    .option('--decision <id>', 'the decision that showed the item')
    .option('--event-id <id>', 'the same id is the same event and counts once')
    .addHelpText(
      'after',
      `
Types:
${INTERACTION_TYPES.map((type) => `  ${type.name.padEnd(14)}${type.description}`).join('\n')}

Example:
  scripts/attune record --user u000001 --item p000042 --type like`,
    )
    .action(run((context: CliContext, options: Options) => record(context, options)));
};

async function record(context: CliContext, options: Options): Promise<void> {
  const request = featureStore.RecordInteractionsRequest.fromPartial({
    producer: 'attune-cli',
    interactions: [
      {
        eventId: options.eventId ?? randomUUID(),
        userId: options.user,
        itemId: options.item,
        type: options.type,
        occurredAt: options.time ?? new Date(),
        ...(options.value === undefined ? {} : { value: options.value }),
        decisionId: options.decision ?? '',
      },
    ],
  });
  const response = await context.client('feature-store').recordInteractions(request);
  const outcome = response.outcomes[0]!;
  if (outcome.status === featureStore.InteractionStatus.REJECTED) {
    throw new AppError('invalid.interaction', 'the interaction was rejected', {
      violations: outcome.problems.map(({ field, message }) => ({ field, description: message })),
    });
  }
  const isDuplicate = outcome.status === featureStore.InteractionStatus.DUPLICATE;
  context.output.result({ eventId: outcome.eventId, status: isDuplicate ? 'duplicate' : 'accepted' }, () => [
    isDuplicate
      ? `Event ${outcome.eventId} had been recorded before; it counts once.`
      : `Recorded: ${options.user} ${options.type} ${options.item} (event ${outcome.eventId})`,
  ]);
}
