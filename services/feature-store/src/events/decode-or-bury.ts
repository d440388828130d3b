import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { LogPosition } from '../ports';

/** Decodes the records of a batch. One that cannot be decoded goes to the dead-letter topic and does not stop the others. */
export async function decodeOrBury<T>(
  batch: readonly DeliveredRecord[],
  context: HandleContext,
  decode: (record: DeliveredRecord) => T,
): Promise<T[]> {
  const decoded: T[] = [];
  for (const record of batch) {
    try {
      decoded.push(decode(record));
    } catch (error) {
      await context.deadLetter(record, reasonOf(error));
    }
  }
  return decoded;
}

/** Where the partition stands after a batch. */
export function positionOf(batch: readonly DeliveredRecord[]): LogPosition {
  const { topic, partition, position } = batch.at(-1)!;
  return { topic, partition, position };
}

function reasonOf(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  return new AppError('invalid.event', 'the record cannot be decoded', { cause });
}

/** The time of a record; one that is missing, is none, or that PostgreSQL cannot hold makes the record a poison. */
export function timeOf(time: Date | undefined, field: string): Date {
  const year = time?.getUTCFullYear() ?? Number.NaN;
  if (time !== undefined && year >= 1 && year <= 9_999) return time;
  throw new AppError('invalid.event', `${field} must be a time of the years 1 to 9999`);
}
