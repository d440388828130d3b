import { type Client, common, type featureStore } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { words } from '../parse';
import { percentText } from '../percent-text';

interface ShowOptions {
  readonly user?: string;
  readonly item?: string;
  readonly feature: readonly string[];
  readonly versions: boolean;
}

type StoreClient = Client<featureStore.FeatureStoreServiceServer>;

const { EntityType, MissingReason } = common;
/** A rebuild goes through every state. */
const REBUILD_DEADLINE_MS = 60 * 60_000;

/** `attune features`: which features there are, their values, and how to restore them. */
export const registerFeatures: RegisterCommand = (program, run) => {
  const features = program
    .command('features')
    .description('features: which there are, their values, and how to restore them');
  features
    .command('list')
    .description('every feature with its meaning')
    .option('--entity <type>', 'only features of a user, an item or a user_item')
    .addHelpText('after', '\nExample:\n  scripts/attune features list --entity user')
    .action(run((context: CliContext, options: { entity?: string }) => list(context, options.entity)));
  features
    .command('show')
    .description('the values of a user, an item, or of a user and an item together')
    .option('--user <id>', 'of this user; with --item of both together')
    .option('--item <id>', 'of this item')
    .option('--feature <names>', 'only these', words, [])
    .option('--versions', 'also say which versions of which states were read', false)
    .addHelpText(
      'after',
      '\nExamples:\n  scripts/attune features show --user u000001\n  scripts/attune features show --user u000001 --item p000042',
    )
    .action(run((context: CliContext, options: ShowOptions) => show(context, options)));
  features
    .command('rebuild')
    .description('write all feature states into Redis again while the fleet serves')
    .option('--from-history', 'fold all states again from the history first', false)
    .action(run((context: CliContext, options: { fromHistory: boolean }) => rebuild(context, options.fromHistory)));
};

async function list(context: CliContext, entity: string | undefined): Promise<void> {
  const client = context.client('feature-store');
  const features: featureStore.FeatureDefinition[] = [];
  let pageToken = '';
  do {
    const page = await client.listFeatures({ entityType: entityOf(entity), pageSize: 0, pageToken });
    features.push(...page.features);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  const schemas = new Map(features.map(({ view, schemaHash }) => [view, schemaHash]));
  context.output.result({ features: features.map(definitionOf) }, () => [
    ...table(
      ['feature', 'v', 'type', 'unit', 'meaning'],
      features.map(({ name, version, valueType, unit, description }) => [name, version, valueType, unit, description]),
    ),
    '',
    `Views: ${[...schemas].map(([view, hash]) => `${view} ${hash}`).join(', ')}`,
  ]);
}

function definitionOf({ entityType, ...definition }: featureStore.FeatureDefinition) {
  return { ...definition, entityType: common.entityTypeToJSON(entityType) };
}

function entityOf(entity: string | undefined): common.EntityType {
  const types = {
    '': EntityType.UNSPECIFIED,
    user: EntityType.USER,
    item: EntityType.ITEM,
    user_item: EntityType.USER_ITEM,
  };
  const type = (types as Readonly<Record<string, common.EntityType>>)[entity ?? ''];
  if (type !== undefined) return type;
  throw new AppError('invalid.entity', `--entity must be user, item or user_item, not "${entity}"`);
}

async function show(context: CliContext, { user, item, feature, versions }: ShowOptions): Promise<void> {
  if (user === undefined && item === undefined) {
    throw new AppError('invalid.entity', 'say whose features: --user, --item, or both');
  }
  const row = await rowOf(context.client('feature-store'), { user, item, feature });
  const whose = [user, item].filter((id) => id !== undefined).join(' and ');
  context.output.result({ whose, readAt: row.readAt, values: row.values.map(plainOf), versions: row.versions }, () => [
    `Features of ${whose}, ${row.readAt?.toISOString()}`,
    '',
    ...table(
      ['feature', 'value', 'last heard of'],
      row.values.map((value) => [value.name, textOf(value), value.updatedAt?.toISOString() ?? '']),
    ),
    ...(versions ? ['', ...row.versions.map((one) => `${one.view} of ${one.entityId} at version ${one.version}`)] : []),
  ]);
}

interface Whose {
  readonly user: string | undefined;
  readonly item: string | undefined;
  readonly feature: readonly string[];
}

async function rowOf(client: StoreClient, { user, item, feature }: Whose): Promise<featureStore.FeatureRow> {
  const isPair = user !== undefined && item !== undefined;
  const single = user === undefined ? EntityType.ITEM : EntityType.USER;
  const { rows } = await client.getFeatures({
    entityType: isPair ? EntityType.USER_ITEM : single,
    entityIds: isPair ? [] : [user ?? item ?? ''],
    pairs: isPair ? [{ userId: user, itemId: item }] : [],
    featureNames: [...feature],
    withVersions: true,
  });
  return rows[0]!;
}

/** A value without its wrapping, for programs. */
function plainOf({ name, value, updatedAt }: common.FeatureValue) {
  switch (value?.$case) {
    case 'missing':
      return { name, updatedAt, missing: common.missingReasonToJSON(value.value) };
    case 'numbers':
      return { name, updatedAt, value: value.value.values };
    case 'scoredNames':
      return { name, updatedAt, value: value.value.entries };
    default:
      return { name, updatedAt, value: value?.value };
  }
}

function textOf({ value }: common.FeatureValue): string {
  switch (value?.$case) {
    case 'number':
      return Number.isInteger(value.value) ? String(value.value) : value.value.toPrecision(4);
    case 'text':
      return value.value;
    case 'numbers':
      return value.value.values.map((number) => number.toFixed(2)).join(' ');
    case 'scoredNames':
      return value.value.entries.map(({ name, score }) => `${name} ${score.toFixed(2)}`).join(', ') || '(none)';
    case 'missing':
      return `(${MissingReason[value.value]?.toLowerCase().replaceAll('_', ' ')})`;
    default:
      return '';
  }
}

async function rebuild(context: CliContext, fromHistory: boolean): Promise<void> {
  const steps = context.client('feature-store').rebuildFeatures({ fromHistory }, { deadlineMs: REBUILD_DEADLINE_MS });
  let stateCount = 0;
  for await (const step of steps) {
    stateCount = step.stateCount;
    context.output.progress(`${stateCount} states, ${percentText(step.fraction, 0)}`);
  }
  context.output.progressEnd();
  context.output.result({ stateCount, fromHistory }, () => [
    `${stateCount} feature states were ${fromHistory ? 'folded again from the history and ' : ''}written into Redis.`,
  ]);
}
