import { AppError } from '@attune/errors';
import type { Redis } from 'ioredis';
import { deadLetterTopic } from '../dead-letters';
import { DeliveryStopped, type PartitionSink } from '../delivery/deliver';
import { sleep } from '../delivery/sleep';
import { partitionOf } from '../partition-of';
import type { DeliveredRecord, EventLogLogger, SubscribeOptions } from '../port';
import type { GroupKeys, LogKeys } from './keys';
import { packBatches } from './pack-batches';
import { type Position, parsePosition } from './positions';
import { COMMIT, DEAD_LETTER } from './scripts';
import { stillThere } from './still-there';

const RETRY_AFTER_ERROR_MS = 200;
const NONE: ReadonlySet<string> = new Set();

/** What a group needs to note how far it is in one partition. */
interface GroupProgressInput {
  readonly redis: Redis;
  readonly keys: LogKeys;
  readonly options: SubscribeOptions;
  readonly partition: number;
  readonly deadLetterPartitions: number;
  /** Fencing token of the lease: whoever holds another one may not commit. */
  readonly token: string;
  readonly logger: EventLogLogger;
  /** Ends everything: whoever waits for Redis gives up. */
  readonly abandoned: AbortSignal;
  readonly onLeaseLost: () => void;
}

/** Where a group stands in one partition, for as long as its lease is held: commits, dead letters, and what was erased meanwhile. */
export class GroupProgress implements PartitionSink {
  /** Whether records that were read earlier may have been erased since: they must be read again. */
  isStale = false;
  private readonly groupKeys: GroupKeys;
  private readonly stream: string;
  private readonly erasuresKey: string;
  /** The number of erasures in the partition before the records in memory were read. */
  private erasures = '0';

  constructor(private readonly input: GroupProgressInput) {
    const { keys, options, partition } = input;
    this.groupKeys = keys.ofGroup(options.topic, partition, options.group);
    this.stream = keys.stream(options.topic, partition);
    this.erasuresKey = keys.erasures(options.topic, partition);
  }

  /** Where to read on; what was read before is to be dropped. */
  async begin(): Promise<Position> {
    const names = [this.erasuresKey, this.groupKeys.position];
    const [erasures, stored] = await this.untilAnswered(() => this.input.redis.mget(names));
    if (stored == null) {
      throw new AppError('internal.event_log', 'the position of a group is missing: was the log emptied under it?');
    }
    this.erasures = erasures ?? '0';
    this.isStale = false;
    return parsePosition(stored);
  }

  async commit(last: Pick<DeliveredRecord, 'position'>): Promise<void> {
    const { redis, token } = this.input;
    const { lease, position, dead } = this.groupKeys;
    const names = [lease, position, dead, this.erasuresKey];
    const answer = await this.fenced(() => redis.eval(COMMIT, names.length, ...names, token, last.position));
    if (String(answer - 1) !== this.erasures) this.isStale = true;
  }

  async deadLetter(record: DeliveredRecord, headers: Readonly<Record<string, string>>): Promise<boolean> {
    const { redis, keys, token, deadLetterPartitions } = this.input;
    const topic = deadLetterTopic(record.topic);
    const partition = partitionOf(record.key, deadLetterPartitions);
    const { lease, dead } = this.groupKeys;
    const names = [lease, dead, keys.stream(topic, partition), keys.count(topic, partition), this.erasuresKey];
    const [letter] = packBatches([{ ...record, headers }]);
    for (;;) {
      const { erased, erasures } = await this.lookForErased([record]);
      if (erased.size > 0) return false;
      const args = [token, record.position, letter!.bytes, erasures];
      // an erasure that came in between makes the script refuse the record
      const answer = await this.fenced(() => redis.eval(DEAD_LETTER, names.length, ...names, ...args));
      if (answer === 1) return true;
    }
  }

  async erasedAmong(records: readonly DeliveredRecord[]): Promise<ReadonlySet<string>> {
    return (await this.lookForErased(records)).erased;
  }

  /** Which of the records were erased since they were read, and after how many erasures of the partition that holds. */
  private async lookForErased(records: readonly DeliveredRecord[]) {
    const { redis } = this.input;
    const erasures = await this.untilAnswered(async () => (await redis.get(this.erasuresKey)) ?? '0');
    if (erasures === this.erasures) return { erased: NONE, erasures };
    const left = await this.untilAnswered(() => stillThere(redis, this.stream, records));
    const gone = records.map(({ position }) => position).filter((position) => !left.has(position));
    return { erased: new Set(gone), erasures };
  }

  /** Repeats a script until Redis answers: it is idempotent, and only a lost lease or a stop makes it pointless. */
  private async fenced(script: () => Promise<unknown>): Promise<number> {
    const answer = Number(await this.untilAnswered(script));
    if (answer === 0) this.input.onLeaseLost();
    this.input.abandoned.throwIfAborted();
    return answer;
  }

  private async untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
    const { abandoned, logger, options, partition } = this.input;
    for (;;) {
      abandoned.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        if (error instanceof DeliveryStopped) throw error;
        const facts = { err: error, topic: options.topic, group: options.group, partition };
        logger.warn(facts, 'Redis did not answer a consumer: trying again');
        await sleep(RETRY_AFTER_ERROR_MS, abandoned);
      }
    }
  }
}
