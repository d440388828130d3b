import { randomUUID } from 'node:crypto';
import { featureStore } from '@attune/contracts';
import type { Command } from 'commander';
import type { RegisterCommand, RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { duration } from '../parse';

const PAGE_SIZE = 1_000;

/** `attune producers`: who sends interactions, and who is kept out for a while. */
export const registerProducers: RegisterCommand = (program, run) => {
  const producers = program
    .command('producers')
    .description('who sends interactions and how much of it is rejected; quarantine and release below it')
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune producers
  scripts/attune producers quarantine web --for 1h --reason "sends every click twice"
  scripts/attune producers release web`,
    )
    .action(run(list));
  producers.command('list').description('every producer that was heard of (also without "list")').action(run(list));
  addQuarantine(producers, run);
  addRelease(producers, run);
};

async function list(context: CliContext): Promise<void> {
  const producers: featureStore.Producer[] = [];
  let pageToken = '';
  do {
    const page = await context.client('feature-store').listProducers({ pageSize: PAGE_SIZE, pageToken });
    producers.push(...page.producers);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  const json = producers.map((producer) => featureStore.Producer.toJSON(producer));
  context.output.result({ producers: json }, () =>
    producers.length === 0 ? ['No producer was heard of yet.'] : rows(producers),
  );
}

function rows(producers: readonly featureStore.Producer[]): string[] {
  return table(
    ['producer', 'accepted in the last hour', 'rejected', 'in quarantine until', 'why'],
    producers.map((producer) => [
      producer.name,
      producer.acceptedLastHour,
      producer.rejectedLastHour,
      producer.quarantinedUntil?.toISOString() ?? '-',
      producer.quarantineReason,
    ]),
  );
}

function addQuarantine(producers: Command, run: RunAction): void {
  producers
    .command('quarantine')
    .argument('<producer>', 'its name, as "attune producers" shows it')
    .requiredOption('--for <time>', 'for how long: 90s, 15m, 1h, 2d', duration)
    .requiredOption('--reason <text>', 'why; the producer is told too')
    .description('refuse what a producer sends for a while; the others go on')
    .action(
      run(async (context: CliContext, producer: string, { for: forMs, reason }: { for: number; reason: string }) => {
        await set(context, { producer, until: new Date(Date.now() + forMs), reason });
      }),
    );
}

function addRelease(producers: Command, run: RunAction): void {
  producers
    .command('release')
    .argument('<producer>', 'its name, as "attune producers" shows it')
    .description('take what a producer sends again')
    .action(run((context: CliContext, producer: string) => set(context, { producer, until: undefined, reason: '' })));
}

async function set(
  context: CliContext,
  decision: Omit<featureStore.SetProducerQuarantineRequest, 'requestId'>,
): Promise<void> {
  const request = { ...decision, requestId: randomUUID() };
  const { producer } = await context.client('feature-store').setProducerQuarantine(request);
  context.output.result(producer === undefined ? {} : featureStore.Producer.toJSON(producer), () => [
    producer?.quarantinedUntil === undefined
      ? `${producer?.name} is not in quarantine.`
      : `${producer.name} is in quarantine until ${producer.quarantinedUntil.toISOString()}: ${producer.quarantineReason}`,
  ]);
}
