import { AppError } from '@attune/errors';
import { FORMAT, FORMAT_WITH_GAPS, MAX_VARINT_BYTES, PREAMBLE_BYTES } from './pack-batches';

type Headers = Readonly<Record<string, string>>;

const NO_HEADERS: Headers = Object.freeze({});

/** Makes something of one record of a batch; `index` counts from 0. `value` is a view of the batch's own bytes. */
type MakeRecord<T> = (index: number, key: string, value: Buffer, headers: Headers) => T;

/**
 * The inverse of `packBatches`, from the record at `from` on, without those that were erased. Records with the same headers share
 * one frozen object.
 */
export function unpackBatch<T>(bytes: Buffer, make: MakeRecord<T>, from = 0): T[] {
  const reader = new BatchReader(bytes);
  const made: T[] = [];
  for (let index = 0; index < reader.count; index += 1) {
    const gap = reader.gap(reader.count - index);
    if (gap > 0) {
      index += gap - 1;
      continue;
    }
    const headers = reader.headers();
    const key = reader.span();
    const keyEnd = reader.at;
    const value = reader.span();
    if (index < from) continue;
    made.push(make(index, bytes.toString('utf8', key, keyEnd), bytes.subarray(value, reader.at), headers));
  }
  if (reader.at !== bytes.length) throw broken('has bytes after its last record');
  return made;
}

/** How many records a batch was appended with. */
export function recordCount(bytes: Buffer): number {
  return new BatchReader(bytes).count;
}

class BatchReader {
  readonly count: number;
  at = PREAMBLE_BYTES;
  /** What the number of headers is raised by. */
  private readonly gaps: 0 | 1;
  private readonly known: Headers[] = [NO_HEADERS];

  constructor(private readonly bytes: Buffer) {
    if (bytes.length < PREAMBLE_BYTES) throw broken('is cut short');
    if (bytes[0] !== FORMAT && bytes[0] !== FORMAT_WITH_GAPS) {
      throw broken(`has format ${bytes[0]}, and only ${FORMAT} and ${FORMAT_WITH_GAPS} are known`);
    }
    this.gaps = bytes[0] === FORMAT ? 0 : 1;
    this.count = bytes.readUInt16LE(1);
  }

  /** Passes a gap, if one is here; gives how many records it stands for, `most` at most. */
  gap(most: number): number {
    if (this.gaps === 0 || this.bytes[this.at] !== 0) return 0;
    this.at += 1;
    const records = this.varint();
    if (records === 0 || records > most) throw broken('has a gap that is none');
    return records;
  }

  /** Passes a length and as many bytes; gives where these begin. */
  span(): number {
    const length = this.varint();
    const start = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw broken('is cut short');
    return start;
  }

  headers(): Headers {
    const number = this.varint() - this.gaps;
    if (number < this.known.length) return this.known[number]!;
    if (number > this.known.length) throw broken('names headers that it does not have');
    const headers: Record<string, string> = {};
    for (let left = this.varint(); left > 0; left -= 1) headers[this.text()] = this.text();
    this.known.push(Object.freeze(headers));
    return headers;
  }

  private text(): string {
    const start = this.span();
    return this.bytes.toString('utf8', start, this.at);
  }

  private varint(): number {
    let number = 0;
    for (let shift = 0; shift < 7 * MAX_VARINT_BYTES; shift += 7) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw broken('is cut short');
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number >>> 0;
    }
    throw broken('has a length that is none');
  }
}

function broken(how: string): AppError {
  return new AppError('internal.event_log', `a batch of records ${how}`);
}
