import type { Redis } from 'ioredis';
import type { LogKeys } from './keys';
import { BEGINNING, idBefore, isBefore, type Position, parsePosition, positionText } from './positions';
import { PARTITION_STATES } from './scripts';
import { type RawEntry, recordsBefore } from './stream-entry';

/** What Redis knows about one partition. */
export interface PartitionState {
  /** Where the last record lies. */
  readonly end: Position;
  /** How many records were dropped from the beginning. */
  readonly trimmed: number;
}

/** The states of all partitions of a topic, as of one moment. */
export async function partitionStates(redis: Redis, keys: LogKeys, topic: string, partitions: number) {
  const names: string[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    names.push(keys.stream(topic, partition), keys.count(topic, partition));
  }
  const replies = (await redis.eval(PARTITION_STATES, names.length, ...names)) as [string, string, string][];
  return replies.map(
    ([id, count, trimmed]): PartitionState => ({
      end: { id, ordinal: Number(count) },
      trimmed: Number(trimmed),
    }),
  );
}

/** The position a new group begins with. `state` must be older than the call. */
export async function initialPosition(
  redis: Redis,
  stream: string,
  { from, state }: { readonly from: 'start' | 'end' | Date; readonly state: PartitionState },
): Promise<string> {
  if (from === 'end') return positionText(state.end.id, state.end.ordinal);
  if (from === 'start') return positionText(BEGINNING, state.trimmed);
  const after = idBefore(from);
  const [first] = (await redis.callBuffer('XRANGE', stream, `(${after}`, '+', 'COUNT', 1)) as RawEntry[];
  return positionText(after, first === undefined ? state.end.ordinal : recordsBefore(first));
}

/** How many records of a partition a group has still to handle. */
export function lagOf({ end, trimmed }: PartitionState, position: string | null): number {
  if (position === null) return end.ordinal - trimmed;
  const handled = parsePosition(position);
  return isBefore(handled, end) ? end.ordinal - Math.max(trimmed, handled.ordinal) : 0;
}
