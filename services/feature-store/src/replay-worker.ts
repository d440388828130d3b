// A thread of a replay: takes chunks of a timeline and answers each with a block of examples. Built, and started by its path.
import { parentPort, workerData } from 'node:worker_threads';
import { interactionType, strengthOf } from '@attune/contracts';
import { toAppError } from '@attune/errors';
import { openDatabase } from '@attune/postgres';
import { makeUserKeys } from '@attune/privacy';
import { planColumns } from './domain/training-set/column-plan';
import { buffersOf, ExampleBlock } from './domain/training-set/example-block';
import { KnownItems } from './domain/training-set/known-items';
import type { ExamplesQuestion } from './domain/training-set/question';
import { Replay, type ReplayViewName } from './domain/training-set/replay';
import { replayedViews } from './domain/training-set/replayed-views';
import type { TimelineRow } from './domain/training-set/timeline-row';
import type { Timeline } from './domain/training-set/visibility';
import { TwoGenerations } from './domain/two-generations';
import { ItemFactsByChange } from './storage/item-facts-by-change';
import { fillInFacts } from './storage/replay/row-facts';
import { ServedDecisions } from './storage/replay/served-decisions';
import { SpillFile } from './storage/replay/spill-file';
import { SpilledStates } from './storage/replay/spilled-states';
import { TimelineParser } from './storage/replay/timeline-parser';

/** What a thread of a replay is started with. */
export interface ReplayInput {
  readonly databaseUrl: string;
  readonly schema: string;
  readonly privacySecret: string;
  readonly timeline: Timeline;
  readonly question: ExamplesQuestion;
  readonly stateBytes: number;
  /** Which of how many threads it is. */
  readonly thread: number;
  readonly threads: number;
}

/**
 * Three quarters of the memory for states are for those that are in use, the rest for those that are packed, which take a tenth.
 * How much each view gets of it, and about how many bytes one of its states takes: follows and what is known of authors are small.
 */
const IN_USE = 0.75;
const OF_VIEW = {
  user: { share: 0.6, bytes: 7_500 },
  item: { share: 0.25, bytes: 4_000 },
  user_graph: { share: 0.05, bytes: 800 },
  author: { share: 0.1, bytes: 500 },
} as const;

async function startReplay(input: ReplayInput) {
  const { timeline, question, thread, threads } = input;
  const database = await openDatabase({
    url: input.databaseUrl,
    schema: input.schema,
    applicationName: 'feature-store replay',
    maxConnections: 1,
  });
  const { sampledPerPositive } = question.negatives;
  const replayed = replayedViews(question.featureNames, sampledPerPositive > 0);
  const plan = planColumns(replayed.selected);
  const knownItems = new KnownItems();
  const file = new SpillFile(input.stateBytes * (1 - IN_USE));
  const statesOf = (view: ReplayViewName) =>
    new SpilledStates({
      ...{ file, view: replayed.views[view] },
      maxInUse: input.stateBytes * IN_USE * (OF_VIEW[view].share / OF_VIEW[view].bytes),
      ...(view === 'item' ? { onNew: (id: string) => knownItems.add(id) } : {}),
    });
  const states = {
    ...{ user: statesOf('user'), user_graph: statesOf('user_graph') },
    ...{ item: statesOf('item'), author: statesOf('author') },
  };
  const replay = new Replay({
    ...{ timeline, replayed, plan, states, knownItems, labelRule: question.labelRule, negatives: question.negatives },
    vocabulary: { isKnown: (type) => interactionType(type) !== undefined, strengthOf },
    userKeyOf: remembering(makeUserKeys(input.privacySecret)),
    isOwn: (userHash) => userHash % threads === thread,
  });
  const parser = new TimelineParser(timeline);
  const facts = new ItemFactsByChange(database);
  const names = new Set(replayed.selected.map(({ feature }) => feature.name));
  const served = new ServedDecisions(database, names, question.knownAt?.getTime());
  return async (chunk: SharedArrayBuffer) => {
    const rows = parser.parse(chunk);
    await fillInFacts(rows, states.item, facts);
    const block = new ExampleBlock(plan, capacityFor(rows, sampledPerPositive));
    replay.process(rows, block, await served.load(rows));
    return block.packed(rows.length);
  };
}

/** A keyed hash costs a few microseconds, and users come again. */
const REMEMBERED_USERS = 200_000;

function remembering(keyOf: (userId: string) => string): (userId: string) => string {
  const known = new TwoGenerations<string, string>(REMEMBERED_USERS);
  return (userId) => {
    let key = known.get(userId);
    if (key === undefined) known.set(userId, (key = keyOf(userId)));
    return key;
  };
}

function capacityFor(rows: readonly TimelineRow[], sampledPerPositive: number): number {
  const examples = rows.filter((row) => row.kind === 'interaction' && row.source !== undefined);
  return examples.length * (1 + sampledPerPositive);
}

const port = parentPort!;
const starting = startReplay(workerData as ReplayInput);
let before: Promise<void> = Promise.resolve();
port.on('message', (chunk: SharedArrayBuffer) => {
  before = before.then(async () => {
    try {
      const block = await (await starting)(chunk);
      port.postMessage({ block }, buffersOf(block));
    } catch (error) {
      const { code, message } = toAppError(error);
      port.postMessage({ failure: { code, message, stack: String((error as Error).stack) } });
    }
  });
});
