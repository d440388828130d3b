import { AppError } from '@attune/errors';
import { type Database, fromPostgres } from '@attune/postgres';
import type { PoolClient } from 'pg';
import type { SplitRule } from '../../domain/training-set/question';
import { NO_SPLIT, type SplitMoments } from '../../domain/training-set/split';
import type { TimelineCounts, Timelines } from '../../training-set-ports';
import { fillLeftOut } from '../left-out-users';
import { copyOut } from './copy-out';
import { COUNTS, copyTimeline, type ExampleRules, interactionsTable, MOMENT_AFTER_SHARE } from './timeline-sql';

/** Lends the timelines of a question to a function. An abort ends the statement that runs. */
export async function withTimelines<T>(
  database: Database,
  rules: ExampleRules,
  signal: AbortSignal,
  use: (timelines: Timelines) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  let isLost = false;
  const onAbort = () => {
    isLost = true;
    client.release(true);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  let isDone = false;
  try {
    const result = await use(await open(client, rules));
    await client.query('ROLLBACK');
    isDone = true;
    return result;
  } catch (error) {
    if (signal.aborted) throw cancelledBy(signal);
    throw fromPostgres(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!isLost) client.release(!isDone);
  }
}

/** Parts of the sorts that fit in so much memory are not written to disk. */
const WORK_MEM = '128MB';

async function open(client: PoolClient, rules: ExampleRules): Promise<Timelines> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query(
    `SET LOCAL work_mem = '${WORK_MEM}'; SET LOCAL client_connection_check_interval = '1s'; SET LOCAL jit = off;
     SET LOCAL idle_in_transaction_session_timeout = 0`,
  );
  await fillLeftOut(client, rules.knownAtMs === undefined ? undefined : new Date(rules.knownAtMs));
  await client.query(interactionsTable(rules));
  const counts = await count(client);
  return {
    counts,
    splitMoments: (rule) => splitMoments(client, rule),
    copy: async (timeline, onChunk) => {
      const lastMs = counts.lastMs.get(timeline);
      if (lastMs !== undefined) await copyOut(client, copyTimeline(timeline, rules, lastMs), onChunk);
    },
  };
}

async function count(client: PoolClient): Promise<TimelineCounts> {
  const { rows } = await client.query<Record<'interactions' | 'examples' | 'left_out', number>>(COUNTS);
  const { interactions, examples, left_out: leftOut } = rows[0]!;
  const last = await client.query<{ is_live: boolean; last_ms: number }>(
    'SELECT is_live, max(occurred_ms) AS last_ms FROM replayed WHERE source IS NOT NULL GROUP BY is_live',
  );
  const lastMs = new Map(last.rows.map((row) => [row.is_live ? 'live' : 'filled_in', row.last_ms] as const));
  return { interactionCount: interactions, exampleCount: examples, leftOutUserCount: leftOut, lastMs };
}

async function splitMoments(client: PoolClient, rule: SplitRule | undefined): Promise<SplitMoments> {
  if (rule === undefined) return NO_SPLIT;
  const momentAfter = async (share: number) => {
    if (share >= 1) return Number.POSITIVE_INFINITY;
    const { rows } = await client.query<{ moment: number | null }>(MOMENT_AFTER_SHARE, [share]);
    return rows[0]!.moment ?? Number.POSITIVE_INFINITY;
  };
  return {
    validationFromMs: await momentAfter(1 - rule.validationShare - rule.testShare),
    testFromMs: await momentAfter(1 - rule.testShare),
  };
}

function cancelledBy(signal: AbortSignal): unknown {
  if (signal.reason instanceof AppError) return signal.reason;
  return new AppError('cancelled.training_set', 'the caller gave up', { cause: signal.reason });
}
