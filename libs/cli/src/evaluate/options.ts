import type { Protocol } from '@attune/evaluation';
import { type Command, InvalidArgumentError } from 'commander';
import { finiteNumber, wholeNumber } from '../parse';

/** Which data is read, and how. */
export interface DataOptions {
  readonly train?: string;
  readonly test?: string;
  readonly data?: string;
  readonly dataset?: string;
  readonly split?: string;
  readonly negatives?: string;
  readonly items?: string;
  readonly follows?: string;
  readonly segments?: string;
  readonly columns?: string;
  readonly ratingRange?: readonly [low: number, high: number];
  readonly minRating?: number;
}

/** What is measured. */
export interface MeasureOptions {
  readonly protocol: Protocol;
  readonly k: readonly number[];
  readonly seed: number;
  readonly budget: number;
}

/** Settings by model. */
export type SettingsByModel = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const PROTOCOL_NAMES: readonly Protocol[] = ['leave-one-out', 'full-ranking', 'ratings'];
const DEFAULT_BUDGET_SECONDS = 300;

/** Adds the options that say which files are read. */
export function addDataOptions(command: Command): Command {
  return command
    .option('--train <file>', 'what models are trained on: user<TAB>item[<TAB>rating[<TAB>time]]; gzip is unpacked')
    .option('--test <file>', 'what they are asked about, in the same form')
    .option('--data <file>', 'instead of both: one file that --split divides')
    .option('--dataset <id>', 'instead of files: a data set of the store, made by dataset build --kind interactions')
    .option('--split <rule>', 'random:0.8,0.1,0.1, per-user:0.75,0.25, time:0.8, leave-last-out or leave-one-out')
    .option(
      '--negatives <file|n|all>',
      'leave-one-out: lists of (user,item)<TAB>negative..., or how many to draw, or all; 99 are drawn by default',
    )
    .option('--items <file>', 'what items are: a header and columns of item, title, text, tags, category')
    .option('--follows <file>', 'who follows whom: user<TAB>user')
    .option('--segments <file>', 'labels of users: a header and columns of user and labels; metrics are told for each')
    .option('--columns <names>', 'what the columns of interactions are, for instance user,item,-,time')
    .option('--rating-range <low,high>', 'refuse ratings outside of it', range)
    .option('--min-rating <n>', 'rankings: rows below it are no likes and are left out', finiteNumber);
}

/** Adds the options that say what is measured. */
export function addMeasureOptions(command: Command): Command {
  return command
    .option('--protocol <name>', PROTOCOL_NAMES.join(', '), protocolName, 'full-ranking')
    .option('--k <lengths>', 'lengths of lists, the main one first', lengths, [10])
    .option('--seed <n>', 'the seed of everything drawn by lot', wholeNumber(0), 1)
    .option('--budget <seconds>', 'how long a search may take', wholeNumber(1), DEFAULT_BUDGET_SECONDS)
    .option(
      '--set <model.setting=value>',
      'a setting of a model, for instance als.rank=64; may be repeated',
      setting,
      {},
    );
}

function protocolName(text: string): Protocol {
  const found = PROTOCOL_NAMES.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`must be ${PROTOCOL_NAMES.join(', ')}`);
  return found;
}

function lengths(text: string): readonly number[] {
  return [...new Set(text.split(',').map(wholeNumber(1)))];
}

function range(text: string): readonly [low: number, high: number] {
  const [low, high, ...more] = text.split(',').map(finiteNumber);
  if (low === undefined || high === undefined || low >= high || more.length > 0) {
    throw new InvalidArgumentError('must be two numbers such as 1,5');
  }
  return [low, high];
}

function setting(text: string, before: SettingsByModel = {}): SettingsByModel {
  const [, model, name, value] = /^([a-z_]+)\.([^=.]+)=(.*)$/.exec(text) ?? [];
  if (model === undefined || name === undefined || value === undefined) {
    throw new InvalidArgumentError('must be model.setting=value, for instance als.rank=64');
  }
  return { ...before, [model]: { ...before[model], [name]: typed(value) } };
}

function typed(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  if (/^[[{]/.test(value)) {
    try {
      return JSON.parse(value);
    } catch {
      throw new InvalidArgumentError(`${value} is not JSON`);
    }
  }
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
