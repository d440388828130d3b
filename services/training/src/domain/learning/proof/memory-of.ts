import { evaluate, type Protocol } from '@attune/evaluation';
import type { Interactions, InteractionTable } from '@attune/interactions';
import { atMost, questionsSince } from '../../questions';
import { METRICS_K } from '../../trainers';
import { versionScorer } from '../../version-scorer';
import type { Memory } from './check-memory';
import type { OpenedRanker } from './opened-version';

/** What to ask a version about, before and after the end of its training. */
export interface MemoryRequest {
  readonly table: InteractionTable;
  readonly resolve: (table: InteractionTable) => Interactions;
  readonly learnedToMs: number;
  /** Nothing later is asked. */
  readonly untilMs: number;
  readonly protocol: Protocol;
  readonly metric: string;
}

/** As many rows before the end of the training as after it, and no more than this of the table. */
const MOST_SHARE = 0.2;
const LEAST_ROWS = 200;
const LEAST_USERS = 20;
const MOST_USERS = 400;
const SEED = 7;

/** How well a version answers what it has learned last, and what came next; undefined where too little happened. */
export async function memoryOf(version: OpenedRanker, request: MemoryRequest): Promise<Memory | undefined> {
  const { table, learnedToMs, untilMs } = request;
  const times = Float64Array.from(table.timeMs).sort();
  const before = times.findLastIndex((time) => time <= learnedToMs) + 1;
  const after = times.findLastIndex((time) => time <= untilMs) + 1 - before;
  const rows = Math.min(Math.floor(before * MOST_SHARE), after);
  if (rows < LEAST_ROWS) return undefined;
  const [from, to] = [times[before - rows]!, times[before + rows - 1]!];
  const seen = await ask(version, request, { fromMs: from - 1, toMs: learnedToMs });
  const unseen = await ask(version, request, { fromMs: learnedToMs, toMs: to });
  if (seen === undefined || unseen === undefined) return undefined;
  return { seen: seen.value, unseen: unseen.value, unseenLow: unseen.low };
}

async function ask(
  { artifact, scorer }: OpenedRanker,
  { table, resolve, protocol, metric }: MemoryRequest,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
) {
  const asked = questionsSince(until(table, toMs), fromMs, resolve);
  if (asked === undefined) return undefined;
  const { training: train, test } = atMost(asked, { maxUsers: MOST_USERS, seed: SEED });
  const whom = { train, userKeys: table.users, itemIds: table.items };
  const found = await evaluate({
    ...{ protocol, train, test, ks: [METRICS_K], negatives: 'all', detail: 'accuracy', seed: SEED, resamples: 300 },
    scorer: versionScorer({ ...artifact, scores: scorer.scores }, whom),
  });
  return found.counts.users < LEAST_USERS ? undefined : found.metrics[metric];
}

function until(table: InteractionTable, toMs: number): InteractionTable {
  const rows = Uint32Array.from(table.timeMs.keys()).filter((row) => table.timeMs[row]! <= toMs);
  return {
    ...table,
    userIndex: Int32Array.from(rows, (row) => table.userIndex[row]!),
    itemIndex: Int32Array.from(rows, (row) => table.itemIndex[row]!),
    type: Uint8Array.from(rows, (row) => table.type[row]!),
    value: Float32Array.from(rows, (row) => table.value[row]!),
    timeMs: Float64Array.from(rows, (row) => table.timeMs[row]!),
  };
}
