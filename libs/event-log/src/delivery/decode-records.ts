import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '../port';

/**
 * What a batch says, each record by `decode`; undefined stands for nothing to take in. Records that are unsound, or that nobody can
 * read, are dead-lettered one by one, so that the others are taken in.
 */
export async function decodeRecords<T>(
  batch: readonly DeliveredRecord[],
  context: Pick<HandleContext, 'deadLetter'>,
  decode: (record: DeliveredRecord) => T | AppError | undefined,
): Promise<T[]> {
  const decoded: T[] = [];
  for (const record of batch) {
    const one = attempt(record, decode);
    if (one instanceof AppError) await context.deadLetter(record, one);
    else if (one !== undefined) decoded.push(one);
  }
  return decoded;
}

function attempt<T>(record: DeliveredRecord, decode: (record: DeliveredRecord) => T | AppError | undefined) {
  try {
    return decode(record);
  } catch (cause) {
    return new AppError('invalid.event', `the record of ${record.topic} cannot be read`, { cause });
  }
}
