import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type common, serving } from '@attune/contracts';
import { addressSetting } from '@attune/devstack';
import { isAppError } from '@attune/errors';
import { DEFAULT_SAMPLE } from '@attune/simulator';
import { CliContext } from './context';
import { waitUntilApplied } from './import/wait-until-applied';
import { Output } from './output';
import { FIRST_MODELS, runTraining } from './run-training';
import { loadSample } from './sample/load-sample';
import { sampleStart } from './sample/sample-start';
import { waitUntilServing } from './wait-until-serving';

/** What the first start of a fleet needs. */
export interface FirstRunOptions {
  readonly addresses: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
}

/** A user and an item that the greeting can name. */
export interface Examples {
  readonly exampleUser?: string;
  readonly exampleItem?: string;
}

const EXAMPLE_USER = 'u000001';

/**
 * Makes a fresh fleet worth asking: loads the built-in sample into an empty store, trains what was never trained and puts
 * it into production. ATTUNE_SAMPLE=none leaves the store empty. Interrupted, it goes on at the next start; a fleet that has all
 * of that is left alone.
 */
export async function firstRun({ addresses, onProgress, signal }: FirstRunOptions): Promise<Examples> {
  const env = Object.fromEntries(Object.entries(addresses).map(([name, at]) => [addressSetting(name), at]));
  const output = new Output({ isJson: false, stdout: process.stdout, stderr: process.stderr });
  await using context = new CliContext({ output, env: { ...process.env, ...env } });
  if (process.env.ATTUNE_SAMPLE !== 'none') await loadWhenEmpty(context, onProgress, signal);
  await trainWhatWasNeverTrained(context, onProgress);
  return examples(context);
}

async function loadWhenEmpty(context: CliContext, onProgress: (message: string) => void, signal: AbortSignal) {
  const mark = new SampleMark(join(context.root, '.attune', 'sample.json'));
  const { interactionCount, pendingCount, userCount } = await context.client('feature-store').getStoreStats({});
  const isEmpty = interactionCount === 0 && pendingCount === 0 && userCount === 0;
  const begun = isEmpty ? undefined : mark.read();
  if (!isEmpty && begun?.isLoaded !== false) return;
  // The same start makes the same events, so that a load that was interrupted is completed and not doubled.
  const startTime = begun?.startTime ?? sampleStart(new Date(), DEFAULT_SAMPLE.days);
  mark.write({ startTime, isLoaded: false });
  await loadSample(context, { ...DEFAULT_SAMPLE, startTime, signal, onProgress });
  onProgress('applying the sample: history, features, seen items');
  await waitUntilApplied(context, signal);
  mark.write({ startTime, isLoaded: true });
}

async function trainWhatWasNeverTrained(context: CliContext, onProgress: (message: string) => void) {
  const { models } = await context.client('training').listModels({ pageSize: 0, pageToken: '' });
  const { interactionCount } = await context.client('feature-store').getStoreStats({});
  if (interactionCount === 0) return;
  const untrained = new Set(models.filter(({ versionCount }) => versionCount === 0).map(({ name }) => name));
  const promoted: common.ModelRef[] = [];
  for (const name of FIRST_MODELS.filter((model) => untrained.has(model))) {
    const version = await trainFirstVersion(context, name, onProgress);
    if (version !== undefined) promoted.push(version);
  }
  const remark = await waitUntilServing(context, promoted);
  if (remark !== undefined) onProgress(remark);
}

/** The version, where it went into production. A model that the data does not feed (no texts, say) is passed over. */
async function trainFirstVersion(context: CliContext, model: string, onProgress: (message: string) => void) {
  try {
    const onLine = (line: string) => onProgress(`training ${model}: ${line}`);
    const ended = await runTraining(context.client('training'), { model, promote: true }, onLine);
    if (ended.promoted) return ended.modelVersion;
    onProgress(`${model}: ${ended.promotion}`);
  } catch (error) {
    if (!isAppError(error, 'failed_precondition')) throw error;
    onProgress(`${model} is not trained: ${error.message}`);
  }
  return undefined;
}

async function examples(context: CliContext): Promise<Examples> {
  const { users } = await context.client('feature-store').getUsers({ userIds: [EXAMPLE_USER] });
  const exampleUser = users[0]?.userId;
  if (exampleUser === undefined) return {};
  const request = serving.RecommendRequest.fromPartial({ userId: exampleUser, count: 1 });
  const { items } = await context.client('serving').recommend(request);
  return { exampleUser, ...(items[0] === undefined ? {} : { exampleItem: items[0].itemId }) };
}

/** Remembers in the stack's folder which sample was begun and whether it is complete. */
class SampleMark {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(): { startTime: Date; isLoaded: boolean } | undefined {
    try {
      const { startTime, isLoaded } = JSON.parse(readFileSync(this.#file, 'utf8'));
      return { startTime: new Date(startTime), isLoaded };
    } catch {
      return undefined;
    }
  }

  write(mark: { startTime: Date; isLoaded: boolean }): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(mark)}\n`);
  }
}
