import { AppError } from '@attune/errors';
import type { OtherItems, Protocol } from '@attune/evaluation';
import {
  type FileReport,
  filterInteractions,
  type IdSpace,
  type Interactions,
  parseColumns,
  readFollowsFile,
  readInteractionFiles,
  readItemsFile,
  readNegativesFile,
  readSegmentsFile,
} from '@attune/interactions';
import type { TrainingData } from '@attune/recommenders';
import type { EvaluationData, LoadedData } from './evaluation-data';
import { loadDataset } from './load-dataset';
import type { DataOptions } from './options';
import { parseSplit, splitBySpec } from './split-spec';

/** Reads all files that the options name, in one space of ids. */
export async function loadData(
  options: DataOptions,
  protocol: Protocol,
  signal: AbortSignal,
  { needsTest, objectStoreUrl }: { readonly needsTest: boolean; readonly objectStoreUrl: string },
): Promise<LoadedData> {
  if (options.dataset !== undefined)
    return loadDataset({ ...options, dataset: options.dataset }, protocol, objectStoreUrl);
  const paths = pathsOf(options, needsTest);
  const columns = options.columns === undefined ? undefined : parseColumns(options.columns);
  const { ratingRange: valueRange } = options;
  const { ids, parts, reports } = await readInteractionFiles(paths, { columns, valueRange, signal });
  const negatives = await negativesOf(options, ids, signal);
  const beside = await readBeside(options, ids, signal);
  const kept = parts.map((part) => ids.widen(part)).map((part) => likedOnly(part, options.minRating, protocol));
  const listed = typeof negatives === 'object' && 'droppedCount' in negatives ? negatives : undefined;
  const common = { negatives, segments: beside.segments, hasValues: reports[0]!.hasValues };
  const { items, follows, userSegments } = beside;
  const dataOf = (train: Interactions, test?: Interactions): EvaluationData => ({
    ...common,
    training: { interactions: train, items, follows, userSegments },
    test: test ?? filterInteractions(train, () => false),
  });
  const { split } = options;
  return {
    isSplitBySeed: split !== undefined && parseSplit(split).isSeeded,
    forSeed: (seed) => {
      const [train, test] = split === undefined ? kept : splitBySpec(kept[0]!, split, seed);
      return dataOf(train!, test);
    },
    summary: {
      users: ids.users.length,
      items: ids.items.length,
      files: reports.map((report, index) => ({ ...report, interactionCount: kept[index]!.userIndex.length })),
      ...(split === undefined ? {} : { split }),
      ...(listed === undefined ? {} : { droppedNegatives: listed.droppedCount }),
      ...beside.summary,
    },
    remarks: [
      ...reports.flatMap(remarksOf),
      ...(listed === undefined ? [] : [`${options.negatives}: ${droppedText(listed.droppedCount)}`]),
      ...beside.remarks,
    ],
  };
}

function pathsOf({ train, test, data, split }: DataOptions, needsTest: boolean): readonly string[] {
  if (!needsTest && train !== undefined && test === undefined && data === undefined) return [train];
  if (train !== undefined && test !== undefined && data === undefined && split === undefined) return [train, test];
  if (data !== undefined && split !== undefined && train === undefined && test === undefined) return [data];
  throw new AppError(
    'invalid.options',
    'name --train and --test, or --data with --split (for instance --split random:0.8,0.2), or --dataset',
  );
}

async function negativesOf(
  { negatives }: DataOptions,
  ids: IdSpace,
  signal: AbortSignal,
): Promise<OtherItems | undefined> {
  if (negatives === undefined) return undefined;
  if (negatives === 'all') return 'all';
  if (/^\d+$/.test(negatives)) return { sampled: Number(negatives) };
  return readNegativesFile(negatives, ids, signal);
}

/** What there is beside interactions. */
interface Beside {
  readonly items?: TrainingData['items'];
  readonly follows?: TrainingData['follows'];
  readonly userSegments?: TrainingData['userSegments'];
  readonly segments?: EvaluationData['segments'];
  readonly summary: Readonly<Record<string, unknown>>;
  readonly remarks: readonly string[];
}

async function readBeside(options: DataOptions, ids: IdSpace, signal: AbortSignal): Promise<Beside> {
  const items = options.items && (await readItemsFile(options.items, ids, signal));
  const follows = options.follows && (await readFollowsFile(options.follows, ids, signal));
  const segments = options.segments && (await readSegmentsFile(options.segments, ids, signal));
  return {
    ...(items && { items: items.items }),
    ...(follows && { follows: follows.follows }),
    ...(segments && { segments: segments.labels, userSegments: Object.values(segments.labels)[0] }),
    summary: {
      ...(items && { itemsWithContent: items.knownCount }),
      ...(follows && { follows: follows.follows.indices.length, followsOfStrangers: follows.strangerCount }),
    },
    remarks: [
      ...(items ? [`${options.items}: content of ${items.knownCount} of ${ids.items.length} items`] : []),
      ...(follows
        ? [
            `${options.follows}: ${follows.follows.indices.length} follows; left out: ${follows.strangerCount} of users without interactions, ` +
              `${follows.selfCount} of themselves, ${follows.duplicateCount} named twice`,
          ]
        : []),
    ],
  };
}

/** Rankings are about what people like: rows below the least rating are no likes. */
function likedOnly(part: Interactions, minRating: number | undefined, protocol: Protocol): Interactions {
  if (minRating === undefined || protocol === 'ratings') return part;
  return filterInteractions(part, (entry) => part.value[entry]! >= minRating);
}

function remarksOf({ path, rowCount, header, duplicateCount, commentCount }: FileReport): string[] {
  const parts = [
    `${path}: ${rowCount} interactions`,
    ...(header === '' ? [] : [`header "${header.replaceAll('\t', ' ')}"`]),
    ...(duplicateCount === 0 ? [] : [`${duplicateCount} replaced by a later row of the same user and item`]),
    ...(commentCount === 0 ? [] : [`${commentCount} comments`]),
  ];
  return [parts.join('; ')];
}

function droppedText(count: number): string {
  return `${count} listed negatives dropped because they are the item to be found`;
}
