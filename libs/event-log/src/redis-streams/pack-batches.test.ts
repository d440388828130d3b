import * as fc from 'fast-check';
import type { EventRecord } from '../port';
import { packBatches, packWithGaps } from './pack-batches';
import { unpackBatch } from './unpack-batch';

interface Unpacked {
  readonly index: number;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const unpacked = (bytes: Buffer, from?: number): Unpacked[] =>
  unpackBatch(bytes, (index, key, value, headers) => ({ index, key, value, headers }), from);

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const headers = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  text,
  { maxKeys: 4, noNullPrototype: true },
);
const record = fc.record(
  { key: text, value: fc.uint8Array({ maxLength: 3_000 }), headers },
  { requiredKeys: ['key', 'value'] },
);

/** The parts of records that the log promises to give back. */
function plain(records: readonly EventRecord[]) {
  return records.map(({ key, value, headers = {} }) => ({ key, value: Buffer.from(value).toString('hex'), headers }));
}

function someRecords(count: number, overrides: Partial<EventRecord> = {}): EventRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `user-${i}`,
    value: Buffer.from(`value ${i}`),
    ...overrides,
  }));
}

describe('a batch of records', () => {
  it('gives back what was packed, in order', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        expect(plain(packBatches(records).flatMap(({ bytes }) => unpacked(bytes)))).toEqual(plain(records));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('is refused wherever it is cut', () => {
    const [batch] = packBatches(someRecords(3, { headers: { note: 'a' } }));
    for (let length = 0; length < batch!.bytes.length; length += 1) {
      expect(() => unpacked(batch!.bytes.subarray(0, length))).toThrow('is cut short');
    }
  });

  it('is refused, or read, but never read for ever, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const format of [1, 2]) {
          try {
            unpacked(Buffer.concat([Buffer.of(format), bytes]));
          } catch (error) {
            expect(error).toMatchObject({ code: 'internal.event_log' });
          }
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('of a format that is not known is refused', () => {
    expect(() => unpacked(Buffer.of(3, 0, 0))).toThrow('has format 3');
  });

  it('with more bytes than records is refused', () => {
    const [batch] = packBatches(someRecords(1));
    expect(() => unpacked(Buffer.concat([batch!.bytes, Buffer.of(0)]))).toThrow('bytes after its last record');
  });

  it('can be read from any record on', () => {
    const [batch] = packBatches(someRecords(5));
    expect(unpacked(batch!.bytes, 3).map(({ index, key }) => [index, key])).toEqual([
      [3, 'user-3'],
      [4, 'user-4'],
    ]);
  });

  it('takes up to 500 records', () => {
    expect(packBatches(someRecords(1_200)).map(({ count }) => count)).toEqual([500, 500, 200]);
  });

  it('takes up to 64 KiB, and one record of any length', () => {
    const sizes = [40_000, 40_000, 1_000_000, 0, 10];
    const batches = packBatches(sizes.map((size) => ({ key: 'k', value: Buffer.alloc(size, 'm') })));
    expect(batches.map(({ bytes }) => unpacked(bytes).map(({ value }) => value.length))).toEqual([
      [40_000],
      [40_000],
      [1_000_000],
      [0, 10],
    ]);
  });

  it('has headers once that several records share, by identity or by content', () => {
    const [one] = packBatches(someRecords(1, { headers: { 'event-type': 'like' } }));
    const many = someRecords(10).map((each) => ({ ...each, headers: { 'event-type': 'like' } }));
    const [batch] = packBatches(many);
    expect(batch!.bytes.toString('latin1').split('event-type')).toHaveLength(2);
    const headers = new Set(unpacked(batch!.bytes).map((each) => each.headers));
    expect(headers.size).toBe(1);
    expect(Object.isFrozen([...headers][0])).toBe(true);
    expect(batch!.bytes.length).toBeLessThan(10 * one!.bytes.length);
  });

  it('has the headers of the trace, except on records that bring a trace of their own', () => {
    const own = { key: 'k', value: Buffer.of(1), headers: { traceparent: 'own' } };
    const [batch] = packBatches([{ ...own, headers: { note: 'a' } }, own, ...someRecords(1)], {
      traceparent: 'active',
    });
    expect(unpacked(batch!.bytes).map(({ headers }) => ({ ...headers }))).toEqual([
      { note: 'a', traceparent: 'active' },
      { traceparent: 'own' },
      { traceparent: 'active' },
    ]);
  });
});

describe('a batch of which records were erased', () => {
  it('gives back the others at their old places, from any record on', () => {
    const left = fc.array(fc.option(record, { nil: undefined }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(left, fc.nat(60), (records, from) => {
        const expected = records.flatMap((each, index) =>
          each === undefined || index < from ? [] : [{ index, each }],
        );
        const read = unpacked(packWithGaps(records), from);
        expect(read.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
        expect(plain(read)).toEqual(plain(expected.map(({ each }) => each)));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('is a few bytes long when all are gone', () => {
    expect(packWithGaps(new Array(500).fill(undefined))).toHaveLength(6);
  });

  it('is refused when a gap is longer than the batch', () => {
    expect(() => unpacked(Buffer.of(2, 2, 0, 0, 3))).toThrow('a gap that is none');
  });
});
