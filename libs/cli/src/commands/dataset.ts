import { featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { InvalidArgumentError } from 'commander';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { finiteNumber, moment, wholeNumber, words } from '../parse';

/** A long history takes hours. */
const BUILD_DEADLINE_MS = 24 * 3_600_000;
const KINDS = ['labelled', 'interactions'] as const;

interface Negatives {
  readonly fromImpressions: boolean;
  readonly sampledPerPositive: number;
}

interface BuildOptions {
  readonly from?: Date;
  readonly to?: Date;
  readonly knownAt?: Date;
  readonly kind: (typeof KINDS)[number];
  readonly features: readonly string[];
  readonly label: Readonly<Record<string, number>>;
  readonly threshold: number;
  readonly negatives: Negatives;
  readonly window: number;
  readonly seed: number;
  readonly split?: featureStore.SplitRule;
  readonly includeFlagged: boolean;
  readonly items: boolean;
  readonly follows: boolean;
}

/** `attune dataset`: makes training sets of the history. */
export const registerDataset: RegisterCommand = (program, run) => {
  program
    .command('dataset')
    .description('training sets: examples with labels, and features as they were at the moment of each')
    .command('build')
    .description('write a training set to the object store and say what it holds; Ctrl-C leaves nothing behind')
    .option('--from <time>', 'examples that happened from here on', moment)
    .option('--to <time>', 'examples that happened before this', moment)
    .option('--known-at <time>', 'use only what was known by then', moment)
    .option(
      '--kind <kind>',
      `${KINDS.join(' or ')}: examples with features, or the interactions themselves`,
      kind,
      'labelled',
    )
    .option('--features <names>', 'only these features; all by default', words, [])
    .option(
      '--label <type=strength,...>',
      'which interactions label, and how strongly; the engagement label by default',
      label,
      {},
    )
    .option('--threshold <strength>', 'from which strength on an example is positive', finiteNumber, 0)
    .option(
      '--negatives <rule,...>',
      'impressions (those without engagement), sampled:4 (so many items per positive), none',
      negatives,
      negatives('impressions'),
    )
    .option('--window <hours>', 'how long after an impression an engagement belongs to it', finiteNumber, 24)
    .option('--seed <n>', 'the seed of the sample', wholeNumber(0), 0)
    .option('--split <validation,test>', 'the shares of the latest examples that validate and test', split)
    .option('--include-flagged', 'also events that were flagged as made by bots', false)
    .option('--items', 'with --kind interactions, also what items say about themselves', false)
    .option('--follows', 'with --kind interactions, also who follows whom', false)
    .addHelpText(
      'after',
      `
Examples:
  scripts/attune dataset build --split 0.1,0.1
  scripts/attune dataset build --features user_top_interests,item_like_ratio --negatives impressions,sampled:4 --seed 7
  scripts/attune dataset build --label like=1,share=2,hide=-2 --threshold 1 --known-at 2026-11-01T00:00:00Z --json`,
    )
    .action(run((context: CliContext, options: BuildOptions) => build(context, options)));
};

async function build(context: CliContext, options: BuildOptions): Promise<void> {
  const startedAt = performance.now();
  let dataset: featureStore.TrainingSet | undefined;
  const client = context.client('feature-store');
  for await (const step of client.buildTrainingSet(requestOf(options), { deadlineMs: BUILD_DEADLINE_MS })) {
    dataset = step.dataset;
    context.output.progress(`${(step.fraction * 100).toFixed(0).padStart(3)} % ${step.rowCount} rows`);
  }
  context.output.progressEnd();
  if (dataset === undefined) {
    throw new AppError(
      'unavailable.training_set',
      'the build ended without a data set; the log of feature-store says why',
    );
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const told = dataset;
  context.output.result({ dataset: featureStore.TrainingSet.toJSON(told), seconds }, () => linesOf(told, seconds));
}

function requestOf(options: BuildOptions): featureStore.BuildTrainingSetRequest {
  const { from, to, knownAt, includeFlagged, split: splitRule, seed } = options;
  const { LABELLED_EXAMPLES, INTERACTIONS } = featureStore.TrainingSetKind;
  return {
    ...{ from, to, knownAt, includeFlagged, split: splitRule, requestId: '' },
    kind: options.kind === 'labelled' ? LABELLED_EXAMPLES : INTERACTIONS,
    labelRule: { strengths: { ...options.label }, positiveThreshold: options.threshold },
    negatives: { ...options.negatives, seed, engagementWindowSeconds: options.window * 3_600 },
    featureNames: [...options.features],
    includeItems: options.items,
    includeFollows: options.follows,
  };
}

function linesOf(dataset: featureStore.TrainingSet, seconds: number): string[] {
  const { datasetId, rowCount, userCount, itemCount, positiveCount, servedRowCount, leftOutUserCount } = dataset;
  const counts = (values: Readonly<Record<string, number>>) =>
    Object.entries(values)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ');
  const isLabelled = dataset.featureSchemaHash !== '';
  return [
    `Data set ${datasetId}: ${rowCount} rows of ${userCount} users and ${itemCount} items, in ${seconds.toFixed(1)} s`,
    isLabelled
      ? `  ${positiveCount} positive; ${counts(dataset.rowsPerSplit)}; features of ${servedRowCount} rows as they were served`
      : `  ${counts(dataset.rowsPerType)}`,
    `  from ${dataset.firstAt?.toISOString() ?? '-'} to ${dataset.lastAt?.toISOString() ?? '-'}; ${leftOutUserCount} users left out who refuse training`,
    ...[...dataset.objectKeys, ...dataset.itemObjectKeys, ...dataset.followObjectKeys].map((key) => `  ${key}`),
  ];
}

function kind(text: string): string {
  if (!KINDS.some((known) => known === text)) throw new InvalidArgumentError(`must be ${KINDS.join(' or ')}`);
  return text;
}

function label(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const named = text.split(',').map((part) => {
    const [, type, strength] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (type === undefined || strength === undefined) throw new InvalidArgumentError('must be like=1,share=2');
    return [type, finiteNumber(strength)] as const;
  });
  return { ...before, ...Object.fromEntries(named) };
}

function negatives(text: string): Negatives {
  const parts = text.split(',').filter((part) => part !== '' && part !== 'none');
  const counts = parts.map((part) => /^sampled:(\d+)$/.exec(part)?.[1]);
  if (parts.some((part, index) => part !== 'impressions' && counts[index] === undefined)) {
    throw new InvalidArgumentError('must be impressions, sampled:<count>, both with a comma between them, or none');
  }
  const sampled = counts.find((count) => count !== undefined);
  return { fromImpressions: parts.includes('impressions'), sampledPerPositive: Number(sampled ?? 0) };
}

function split(text: string): featureStore.SplitRule {
  const [validation, test = '0', ...more] = text.split(',');
  if (validation === undefined || more.length > 0) throw new InvalidArgumentError('must be two shares such as 0.1,0.1');
  return { validationShare: finiteNumber(validation), testShare: finiteNumber(test) };
}
