import { events } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { itemTitles } from '../item-titles';
import { table } from '../output';

/** A record arrives at the feature-store through the event log: how long to wait for a young one. */
const WAIT_MS = 5_000;
const RETRY_MS = 100;

/** `attune decision`: why a slate is as it is. */
export const registerDecision: RegisterCommand = (program, run) => {
  program
    .command('decision')
    .argument('<id>', 'the decision id that recommend printed')
    .description('why a slate is as it is: sources, what filters removed, scores, models, degraded stages')
    .addHelpText('after', '\nExample:\n  scripts/attune decision 0199f3a2-... --json')
    .action(run((context: CliContext, id: string) => decision(context, id)));
};

async function decision(context: CliContext, id: string): Promise<void> {
  const record = await readDecision(context, id);
  const titles = context.output.isJson ? new Map() : await itemTitles(context, record.slate);
  context.output.result(events.DecisionRecord.toJSON(record), () => describe(record, titles));
}

async function readDecision(context: CliContext, id: string): Promise<events.DecisionRecord> {
  const client = context.client('feature-store');
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    try {
      const { decision: found } = await client.getDecision({ decisionId: id });
      return found ?? events.DecisionRecord.fromPartial({ decisionId: id });
    } catch (error) {
      if (!isAppError(error, 'not_found') || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function describe(record: events.DecisionRecord, titles: ReadonlyMap<string, string>): string[] {
  const rows = record.slate.map((item) => [
    item.position + 1,
    item.itemId,
    titles.get(item.itemId) ?? '',
    item.score.toFixed(4),
    item.sourceScores.map(({ source, score, rank }) => `${source} #${rank + 1} (${score.toFixed(4)})`).join(', '),
  ]);
  return [
    `Decision ${record.decisionId}`,
    `  for ${record.userId} on ${record.surface}, ${record.decidedAt?.toISOString()}, in ${record.latencyMs.toFixed(1)} ms`,
    `  strategy ${record.strategy} (propensity ${record.strategyPropensity}), ${words(record.personalization)}`,
    `  models ${record.models.map(({ name, version }) => `${name} v${version}`).join(', ') || 'none'}`,
    `  trace ${record.traceId || 'not recorded'}`,
    '',
    `Sources proposed ${record.candidateCount} candidates:`,
    ...indented(
      table(
        ['source', 'candidates', 'ms', 'note'],
        record.sources.map((source) => [
          source.source,
          source.candidateCount,
          source.latencyMs.toFixed(2),
          source.note,
        ]),
      ),
    ),
    '',
    'Filters removed:',
    ...indented(
      table(
        ['filter', 'removed', 'for instance'],
        record.filters.map((filter) => [
          filter.filter,
          filter.removedCount,
          filter.removedItemIds.slice(0, 5).join(', '),
        ]),
      ),
    ),
    '',
    'Slate:',
    ...indented(table(['#', 'item', 'title', 'score', 'proposed by'], rows)),
    ...record.degraded.map(({ stage, code, message }) => `Degraded: ${stage} (${code}): ${message}`),
    ...(record.runnersUp.length === 0
      ? []
      : [
          '',
          `Next best: ${record.runnersUp
            .slice(0, 5)
            .map((item) => item.itemId)
            .join(', ')}`,
        ]),
  ];
}

function words(personalization: events.Personalization): string {
  return events.personalizationToJSON(personalization).toLowerCase().replaceAll('_', ' ');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
