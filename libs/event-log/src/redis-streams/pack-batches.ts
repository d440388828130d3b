import type { EventRecord } from '../port';
import { withTrace } from '../tracing';

type Headers = Readonly<Record<string, string>>;

/** The first byte of every batch: another layout gets another number. */
export const FORMAT = 1;
/** A batch of which records were erased. */
export const FORMAT_WITH_GAPS = 2;
/** The format and how many records follow. */
export const PREAMBLE_BYTES = 3;
const MAX_RECORDS = 500;
const MAX_BYTES = 64 * 1024;
const NO_HEADERS: Headers = Object.freeze({});
/** Bytes of a number up to 32 bits. */
export const MAX_VARINT_BYTES = 5;
const MAX_ONE_BYTE_VARINT = 0x7f;

/** Records of one partition in the bytes of one stream entry. */
interface RecordBatch {
  readonly count: number;
  readonly bytes: Buffer;
}

/**
 * Packs records, in their order, into batches of up to 500 records or 64 KiB; a longer record gets one of its own. A batch is a
 * byte for the format, 16 bits for the number of records, and for each record: which headers it has, its key, its value. Headers
 * are numbered from 1 in the order in which they first occur, and written out there; 0 stands for none. Numbers are varints,
 * texts and bytes follow their length.
 *
 * In a batch with gaps the number of headers is one higher, and 0 stands for erased records: only how many follows.
 */
export function packBatches(records: readonly EventRecord[], traceHeaders?: Headers): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let writer = new BatchWriter();
  let own: Headers | undefined;
  let headers = traceHeaders;
  for (const record of records) {
    // most records of one append have the same headers, or none
    if (!areSame(record.headers, own)) {
      own = record.headers;
      headers = withTrace(record, traceHeaders);
    }
    if (!writer.hasRoomFor(record.value.length)) {
      batches.push(writer.finish());
      writer = new BatchWriter();
    }
    writer.add(record.key, record.value, headers);
  }
  if (writer.count > 0) batches.push(writer.finish());
  return batches;
}

/** What is left of a batch, with a gap for each record that was erased. */
export function packWithGaps(records: readonly (EventRecord | undefined)[]): Buffer {
  const writer = new BatchWriter(1);
  let gap = 0;
  for (const record of records) {
    if (record === undefined) {
      gap += 1;
      continue;
    }
    if (gap > 0) writer.addGap(gap);
    gap = 0;
    writer.add(record.key, record.value, record.headers);
  }
  if (gap > 0) writer.addGap(gap);
  return writer.finish().bytes;
}

function areSame(one: Headers | undefined, other: Headers | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  let more = 0;
  for (const name in one) {
    if (one[name] !== other[name]) return false;
    more += 1;
  }
  for (const _ in other) more -= 1;
  return more === 0;
}

// packing never waits, so that all writers can share one buffer
const scratch = Buffer.allocUnsafeSlow(2 * MAX_BYTES);

class BatchWriter {
  count = 0;
  private bytes = scratch;
  private length = PREAMBLE_BYTES;
  private readonly numbers = new Map<string, number>();
  private lastHeaders: Headers | undefined;
  private lastNumber = 0;

  /** `gaps`: what the number of headers is raised by. */
  constructor(private readonly gaps: 0 | 1 = 0) {}

  hasRoomFor(valueBytes: number): boolean {
    return this.count === 0 || (this.count < MAX_RECORDS && this.length + valueBytes <= MAX_BYTES);
  }

  add(key: string, value: Uint8Array, headers: Headers | undefined): void {
    this.count += 1;
    this.writeHeaders(headers);
    this.writeText(key);
    this.reserve(MAX_VARINT_BYTES + value.length);
    this.writeVarint(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Leaves the places of erased records empty, so that those after them keep theirs. Only in a writer that was made with gaps. */
  addGap(records: number): void {
    this.count += records;
    this.reserve(2 * MAX_VARINT_BYTES);
    this.writeVarint(0);
    this.writeVarint(records);
  }

  finish(): RecordBatch {
    this.bytes[0] = this.gaps === 1 ? FORMAT_WITH_GAPS : FORMAT;
    this.bytes.writeUInt16LE(this.count, 1);
    return { count: this.count, bytes: Buffer.from(this.bytes.subarray(0, this.length)) };
  }

  private writeHeaders(headers: Headers | undefined): void {
    this.reserve(2 * MAX_VARINT_BYTES);
    if (headers === this.lastHeaders) {
      this.writeVarint(this.lastNumber + this.gaps);
      return;
    }
    const texts = Object.entries(headers ?? NO_HEADERS).flat();
    const content = JSON.stringify(texts);
    const known = texts.length === 0 ? 0 : this.numbers.get(content);
    this.lastHeaders = headers;
    this.lastNumber = known ?? this.numbers.size + 1;
    this.writeVarint(this.lastNumber + this.gaps);
    if (known !== undefined) return;
    this.numbers.set(content, this.lastNumber);
    this.writeVarint(texts.length / 2);
    for (const text of texts) this.writeText(text);
  }

  private writeText(text: string): void {
    this.reserve(MAX_VARINT_BYTES + 3 * text.length);
    if (text.length <= MAX_ONE_BYTE_VARINT) {
      // short ASCII is the rule for keys, and calling out of JavaScript takes longer than copying it here
      const start = this.length + 1;
      let i = 0;
      for (let code = 0; i < text.length; i += 1) {
        code = text.charCodeAt(i);
        if (code > 0x7f) break;
        this.bytes[start + i] = code;
      }
      if (i === text.length) {
        this.bytes[this.length] = i;
        this.length = start + i;
        return;
      }
    }
    this.writeVarint(Buffer.byteLength(text, 'utf8'));
    this.length += this.bytes.write(text, this.length, 'utf8');
  }

  private writeVarint(number: number): void {
    let rest = number;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[this.length++] = (rest & 0x7f) | 0x80;
    this.bytes[this.length++] = rest;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + count));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
