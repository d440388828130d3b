import { events } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { valueWords } from '../explanation/feature-words';
import { itemTitles } from '../item-titles';
import { table } from '../output';
import { percentText } from '../percent-text';
import { variantWords } from '../variant-words';

/** A record arrives at the feature-store through the event log: how long to wait for a young one. */
const WAIT_MS = 5_000;
const RETRY_MS = 100;
/** How many of the runners-up are shown. */
const NEXT_BEST = 5;
const LINE_CHARS = 100;

/** `attune decision`: why a slate is as it is. */
export const registerDecision: RegisterCommand = (program, run) => {
  program
    .command('decision')
    .argument('<id>', 'the decision id that recommend printed')
    .description(
      'how a slate was made: sources, what filters removed, scores of each part, what was read, models, degraded stages',
    )
    .addHelpText('after', '\nExample:\n  scripts/attune decision 0199f3a2-... --json')
    .action(run((context: CliContext, id: string) => decision(context, id)));
};

async function decision(context: CliContext, id: string): Promise<void> {
  const record = await readDecision(context, id);
  const named = [...record.slate, ...record.runnersUp.slice(0, NEXT_BEST)];
  const titles = context.output.isJson ? new Map() : await itemTitles(context, named);
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
  return [
    `Decision ${record.decisionId}`,
    `  for ${record.userId} on ${record.surface} (version ${record.surfaceVersion}), ${record.decidedAt?.toISOString()}, in ${record.latencyMs.toFixed(1)} ms`,
    `  strategy ${record.strategy}, chosen by ${record.strategyChosenBy || 'nobody'} with probability ${record.strategyPropensity}, ${words(record.personalization)}`,
    ...variantLines(record),
    ...explorationLines(record),
    ...(record.relatedToItemId === '' ? [] : [`  items like ${record.relatedToItemId}`]),
    `  models ${record.models.map(({ name, version }) => `${name} v${version}`).join(', ') || 'none'}`,
    `  trace ${record.traceId || 'not recorded'}`,
    ...section(`Sources proposed ${record.candidateCount} candidates:`, sourceTable(record)),
    ...section('Filters removed:', filterTable(record)),
    ...section('Slate:', slateTable(record, titles)),
    ...section('Next best:', slateTable({ ...record, slate: record.runnersUp.slice(0, NEXT_BEST) }, titles)),
    ...section('Policies were told:', contextLines(record)),
    ...section('Read of the user:', userTable(record)),
    ...section('Read of each item:', readLines(record)),
    ...section('In the shadow:', shadowTable(record)),
    ...section(
      'Degraded:',
      record.degraded.map(({ stage, code, message }) => `${stage} (${code}): ${message}`),
    ),
    ...(record.slate.length === 0
      ? []
      : ['', `Why an item is there: scripts/attune explain ${record.decisionId} --item <id>`]),
  ];
}

/** The variants of the user, all in one line. */
function variantLines({ variants }: events.DecisionRecord): string[] {
  return variants.length === 0 ? [] : [`  experiments ${variantWords(variants)}`];
}

function explorationLines({ explorationChoice: chosen }: events.DecisionRecord): string[] {
  if (chosen === undefined) return [];
  const { arm, policy, propensity } = chosen;
  return [`  exploring ${arm}, chosen by policy:${policy} with probability ${propensity}`];
}

function contextLines({ policyContext }: events.DecisionRecord): string[] {
  return wrapped(policyContext.map(({ name, score }) => `${name} ${Number(score.toPrecision(3))}`));
}

function sourceTable({ sources }: events.DecisionRecord): string[] {
  return table(
    ['source', 'candidates', 'ms', 'note'],
    sources.map((source) => [source.source, source.candidateCount, source.latencyMs.toFixed(2), source.note]),
  );
}

function filterTable({ filters }: events.DecisionRecord): string[] {
  return table(
    ['filter', 'removed', 'for instance'],
    filters.map((filter) => [filter.filter, filter.removedCount, filter.removedItemIds.slice(0, 5).join(', ')]),
  );
}

/** Items with what each scorer said of them: the score on the scale of all parts, and its weight. */
function slateTable({ slate }: Pick<events.DecisionRecord, 'slate'>, titles: ReadonlyMap<string, string>): string[] {
  if (slate.length === 0) return [];
  const parts = [...new Set(slate.flatMap(({ partScores }) => partScores.map(({ part }) => part)))];
  return table(
    ['#', 'item', 'title', 'score', ...parts, 'placed by', 'proposed by'],
    slate.map((item) => [
      item.position + 1,
      item.itemId,
      titles.get(item.itemId) ?? '',
      item.score.toFixed(4),
      ...parts.map((part) => partCell(item.partScores.find((own) => own.part === part))),
      placement(item),
      item.sourceScores.map(({ source, rank }) => `${source} #${rank + 1}`).join(', '),
    ]),
  );
}

function partCell(score: events.PartScore | undefined): string {
  if (score === undefined) return '';
  return `${score.calibrated.toFixed(2)}${score.raw === undefined ? '?' : ''} x ${score.weight.toFixed(2)}`;
}

function placement({ placedBy, propensity, boost }: events.DecidedItem): string {
  const chance = placedBy === 'exploration' || propensity < 1 ? ` (${propensity.toPrecision(2)})` : '';
  return `${placedBy || 'rank'}${chance}${boost === 0 || boost === 1 ? '' : `, boosted x ${Number(boost.toPrecision(3))}`}`;
}

function userTable({ userFeatures }: events.DecisionRecord): string[] {
  if (userFeatures.length === 0) return [];
  return table(
    ['feature', 'value', 'changed'],
    userFeatures.map(({ name, value, updatedAt }) => [name, valueWords(value), updatedAt?.toISOString() ?? '']),
  );
}

/** Which features were read, and of how many items: `attune explain` shows those of one. */
function readLines({ itemFeatures }: events.DecisionRecord): string[] {
  if (itemFeatures === undefined || itemFeatures.names.length === 0) return [];
  const { names, rowCount, readAt } = itemFeatures;
  return [`of ${rowCount} items at ${readAt?.toISOString()}; --json has the values`, ...wrapped(names)];
}

/** Names one after the other, in lines that a screen shows whole. */
function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last === undefined || last.length + name.length + 2 > LINE_CHARS) lines.push(name);
    else lines[lines.length - 1] = `${last}, ${name}`;
  }
  return lines;
}

function shadowTable({ shadows }: events.DecisionRecord): string[] {
  if (shadows.length === 0) return [];
  return table(
    ['model', 'overlap', 'ms', 'best', 'error'],
    shadows.map(({ model, overlap, latencyMs, itemIds, code }) => [
      `${model?.name} v${model?.version}`,
      percentText(overlap, 0),
      latencyMs.toFixed(1),
      itemIds.slice(0, 3).join(', '),
      code,
    ]),
  );
}

function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', heading, ...indented(lines)];
}

function words(personalization: events.Personalization): string {
  return events.personalizationToJSON(personalization).toLowerCase().replaceAll('_', ' ');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
