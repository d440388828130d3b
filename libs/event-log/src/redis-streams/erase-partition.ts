import { randomUUID } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { sleep } from '../delivery/sleep';
import type { DeliveredRecord } from '../port';
import type { ErasureKeys } from './keys';
import { packWithGaps } from './pack-batches';
import { BEGINNING, isIdBefore, parsePosition } from './positions';
import { ReadSize } from './read-size';
import { COPY_ENTRIES, END_ERASURE, REPLACE_STREAM } from './scripts';
import { idOf, type RawEntry, recordsBefore, recordsOf } from './stream-entry';
import { recordCount } from './unpack-batch';

const RECORDS_PER_READ = 5_000;
/** A script holds up everybody else in Redis while it runs. */
const BYTES_PER_SCRIPT = 1024 * 1024;
const ENTRIES_OF_LAST_SCRIPT = 64;
/** An eraser that is silent for so long is taken for dead, and what it made goes. */
const LOCK_MS = 30_000;
const LOCK_POLL_MS = 50;

/** What to erase from which partition. */
export interface PartitionErasure {
  readonly redis: Redis;
  readonly stream: string;
  readonly erasures: string;
  readonly keys: ErasureKeys;
  readonly topic: string;
  readonly partition: number;
  readonly mentions: Buffer;
  readonly matches: (record: DeliveredRecord) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes records out of one partition and gives how many. Redis cannot change an entry of a stream, so a partition that has such
 * records is written again beside the old one, entry by entry under the same ids, and takes its place in one script; erased
 * records leave a gap, so that the others keep their positions. Readers that wait in the stream go on waiting in the new one.
 */
export async function erasePartition(erasure: PartitionErasure): Promise<number> {
  for await (const entry of entriesOf(erasure)) {
    if (leftOf(entry, erasure) !== undefined) return rewritten(erasure);
  }
  return 0;
}

async function rewritten(erasure: PartitionErasure): Promise<number> {
  for (;;) {
    const token = await lock(erasure);
    try {
      const count = await rewrite(erasure, token);
      if (count !== undefined) return count;
    } finally {
      const { redis, keys } = erasure;
      await redis.eval(END_ERASURE, 2, keys.lock, keys.rewritten, token).catch(() => {});
    }
  }
}

/** Two erasures of one partition would undo each other: the second waits, and begins with what the first has left. */
async function lock({ redis, keys, signal }: PartitionErasure): Promise<string> {
  const token = randomUUID();
  while ((await redis.set(keys.lock, token, 'PX', LOCK_MS, 'NX')) === null) await sleepOrThrow(LOCK_POLL_MS, signal);
  // what an eraser left that did not live to end
  await redis.unlink(keys.rewritten);
  return token;
}

/** `undefined` when the lock was lost, and with it what was written. */
async function rewrite(erasure: PartitionErasure, token: string): Promise<number | undefined> {
  const { redis, stream, keys, erasures } = erasure;
  const copy = new Copy(erasure, token);
  for (;;) {
    for await (const entry of entriesOf(erasure, copy.lastId)) if (!(await copy.add(entry))) return undefined;
    if (!(await copy.flush())) return undefined;
    const names = [keys.lock, keys.rewritten, stream, erasures];
    const args = [token, copy.lastId, ENTRIES_OF_LAST_SCRIPT];
    const answer = Number(await redis.eval(REPLACE_STREAM, names.length, ...names, ...args));
    if (answer === 0) return undefined;
    if (answer === 1) return copy.erasedCount;
  }
}

/** Writes entries into the new stream, without what is erased, in scripts of a bounded size. */
class Copy {
  erasedCount = 0;
  lastId = BEGINNING;
  private args: (string | number | Buffer)[] = [];
  private bytes = 0;

  constructor(
    private readonly erasure: PartitionErasure,
    private readonly token: string,
  ) {}

  /** False when the lock is lost. */
  async add(entry: RawEntry): Promise<boolean> {
    const left = leftOf(entry, this.erasure);
    const batch = left === undefined ? entry[1][3]! : packWithGaps(left.slots);
    this.erasedCount += left?.erasedCount ?? 0;
    this.lastId = idOf(entry);
    this.args.push(this.lastId, recordsBefore(entry), batch);
    this.bytes += batch.length;
    return this.bytes < BYTES_PER_SCRIPT || this.flush();
  }

  async flush(): Promise<boolean> {
    const { redis, keys } = this.erasure;
    const args = [this.token, LOCK_MS, ...this.args];
    this.args = [];
    this.bytes = 0;
    return Number(await redis.eval(COPY_ENTRIES, 2, keys.lock, keys.rewritten, ...args)) === 1;
  }
}

const WORK_MS = 5;

/** Lets others have the event loop after some milliseconds of work. */
function makeBreathe(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < WORK_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        since = performance.now();
        resolve();
      }),
    );
  };
}

/** The entries after an id, up to the end as of the call. */
async function* entriesOf({ redis, stream, signal }: PartitionErasure, from = BEGINNING): AsyncGenerator<RawEntry> {
  const [last] = (await redis.callBuffer('XREVRANGE', stream, '+', '-', 'COUNT', 1)) as RawEntry[];
  const size = new ReadSize();
  const breathe = makeBreathe();
  let after = from;
  while (last !== undefined && isIdBefore(after, idOf(last))) {
    signal?.throwIfAborted();
    const count = size.entriesFor(RECORDS_PER_READ);
    const entries = (await redis.callBuffer('XRANGE', stream, `(${after}`, idOf(last), 'COUNT', count)) as RawEntry[];
    if (entries.length === 0) return;
    size.learn(
      entries,
      entries.reduce((sum, entry) => sum + recordCount(entry[1][3]!), 0),
    );
    for (const entry of entries) {
      yield entry;
      await breathe();
    }
    after = idOf(entries.at(-1)!);
  }
}

/** What is left of an entry, record by record; undefined where nothing is to be erased, which mostly a search of its bytes tells. */
interface Left {
  readonly slots: readonly (DeliveredRecord | undefined)[];
  readonly erasedCount: number;
}

function leftOf(entry: RawEntry, { mentions, matches, topic, partition }: PartitionErasure): Left | undefined {
  const batch = entry[1][3]!;
  if (!batch.includes(mentions)) return undefined;
  const text = mentions.toString('utf8');
  const slots = new Array<DeliveredRecord | undefined>(recordCount(batch)).fill(undefined);
  let erasedCount = 0;
  for (const [index, record] of numbered(entry, topic, partition)) {
    if (isMentionedIn(record, mentions, text) && matches(record)) erasedCount += 1;
    else slots[index] = record;
  }
  return erasedCount === 0 ? undefined : { slots, erasedCount };
}

/** The records of an entry that are still there, with their places in it. */
function numbered(entry: RawEntry, topic: string, partition: number): [number, DeliveredRecord][] {
  const before = recordsBefore(entry);
  return recordsOf(entry, topic, partition).map((record) => [
    parsePosition(record.position).ordinal - before - 1,
    record,
  ]);
}

function isMentionedIn({ key, value, headers }: DeliveredRecord, mentions: Buffer, text: string): boolean {
  if (key.includes(text) || (value as Buffer).includes(mentions)) return true;
  for (const name in headers) if (name.includes(text) || headers[name]!.includes(text)) return true;
  return false;
}

async function sleepOrThrow(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, signal);
  if (signal?.aborted)
    throw new AppError('cancelled.erasure', 'the erasure was cancelled while another one was under way');
}
