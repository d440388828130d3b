import { decodeFeatureTable, encodeFeatureTable, FeatureTableError, type PlainFeatureTable } from './feature-table';
import { FeatureTable, MissingReason } from './gen/attune/common/v1/common';

/** Numbers in [0, 1) that look random (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD = [0, -0, 1, -1, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 + 2, 0.1, -1e-300];

function aTable(seed: number, given: Partial<PlainFeatureTable> = {}): PlainFeatureTable {
  const random = seeded(seed);
  const upTo = (count: number) => Math.floor(random() * count);
  const names = Array.from({ length: upTo(6) }, (_, n) => `feature_${n}`);
  const rowCount = upTo(8);
  const values = Float64Array.from({ length: rowCount * names.length }, () =>
    random() < 0.4 ? ODD[upTo(ODD.length)]! : random() * 1e6 - 5e5,
  );
  const missing = new Uint8Array(random() < 0.3 ? 0 : values.length);
  missing.forEach((_, at) => {
    if (random() < 0.5) return;
    missing[at] = 1 + upTo(4);
    values[at] = Number.NaN;
  });
  const updatedAtMs = Float64Array.from({ length: rowCount }, () => (random() < 0.3 ? Number.NaN : upTo(2e12)));
  return { names, rowCount, values, missing, updatedAtMs, readAtMs: upTo(2e12), ...given };
}

/** The table as it comes out of a message whose bytes begin at `offset` of a larger buffer. */
function throughTheWire(table: PlainFeatureTable, offset: number): PlainFeatureTable {
  const bytes = FeatureTable.encode(encodeFeatureTable(table)).finish();
  const within = Buffer.alloc(bytes.length + 16);
  within.set(bytes, offset);
  const message = FeatureTable.decode(within.subarray(offset, offset + bytes.length));
  return decodeFeatureTable(message);
}

const withoutReasons = ({ missing }: PlainFeatureTable) => missing.every((reason) => reason === 0);

describe('a feature table', () => {
  it('comes out of its message as it went in, wherever the bytes lie', () => {
    for (let seed = 0; seed < 300; seed++) {
      const table = aTable(seed);
      const expected = withoutReasons(table) ? { ...table, missing: new Uint8Array(0) } : table;
      expect(throughTheWire(table, seed % 8)).toStrictEqual(expected);
    }
  });

  it('is read from bytes that no view of numbers could be made of', () => {
    const table = {
      ...aTable(7),
      names: ['a', 'b'],
      rowCount: 1,
      values: Float64Array.of(1.5, -2),
      missing: new Uint8Array(0),
    };
    const message = encodeFeatureTable({ ...table, updatedAtMs: Float64Array.of(3) });
    const shifted = Buffer.alloc(message.values.length + 3);
    shifted.set(message.values, 3);
    const values = shifted.subarray(3);
    expect(values.byteOffset % 8).not.toBe(0);
    expect([...decodeFeatureTable({ ...message, values }).values]).toEqual([1.5, -2]);
  });

  it('has the same bytes whatever stands in the place of values that are missing', () => {
    const { NEVER_OBSERVED } = MissingReason;
    const missing = Uint8Array.of(NEVER_OBSERVED, 0);
    const of = (first: number) =>
      encodeFeatureTable(
        aTable(1, {
          ...{ names: ['a'], rowCount: 2, values: Float64Array.of(first, 4), missing },
          updatedAtMs: new Float64Array(2),
        }),
      );
    expect(of(17)).toEqual(of(Number.NaN));
    expect([...decodeFeatureTable(of(17)).values]).toEqual([Number.NaN, 4]);
  });

  it('does not share memory with the message or the arrays that it came from', () => {
    const table = aTable(3, {
      names: ['a'],
      rowCount: 1,
      values: Float64Array.of(1),
      missing: new Uint8Array(0),
      updatedAtMs: Float64Array.of(2),
    });
    const message = encodeFeatureTable(table);
    const read = decodeFeatureTable(message);
    table.values[0] = 9;
    expect([...decodeFeatureTable(message).values]).toEqual([1]);
    message.values.fill(0);
    expect([...read.values]).toEqual([1]);
  });
});

describe('what is no feature table', () => {
  const sound = () =>
    encodeFeatureTable(
      aTable(5, {
        names: ['likes', 'age'],
        rowCount: 2,
        values: Float64Array.of(1, 2, 3, 4),
        missing: new Uint8Array(0),
        updatedAtMs: new Float64Array(2),
      }),
    );
  const infinite = Buffer.from(Float64Array.of(1, 2, Number.POSITIVE_INFINITY, 4).buffer);

  it.each([
    ['values are cut off', { values: Buffer.alloc(31) }, 'values must have 32 bytes'],
    ['rows are missing', { rowCount: 3 }, 'values must have 48 bytes'],
    ['a count is beyond all memory', { rowCount: 0xffff_ffff }, 'values must have 68719476720 bytes'],
    ['times are cut off', { updatedAt: Buffer.alloc(8) }, 'updated_at must have 16 bytes'],
    ['reasons are cut off', { missing: Buffer.alloc(3) }, 'missing must have 4 bytes'],
    ['a value is no number', { values: infinite }, '"likes" of row 1 is Infinity and not missing'],
    ['nobody says of when it is', { readAt: undefined }, 'read_at must be the moment'],
    ['the time is none', { readAt: new Date(Number.NaN) }, 'read_at must be the moment'],
  ])('is refused where %s', (_, wrong, sentence) => {
    const decode = () => decodeFeatureTable({ ...sound(), ...wrong });
    expect(decode).toThrow(FeatureTableError);
    expect(decode).toThrow(sentence);
  });

  it('may name a reason that only later builds know', () => {
    const { values, missing } = decodeFeatureTable({ ...sound(), missing: Buffer.from([0, 0, 0, 99]) });
    expect([values[3], missing[3]]).toEqual([Number.NaN, 99]);
  });

  it('is not written either', () => {
    const table = decodeFeatureTable(sound());
    const nan = Float64Array.of(1, 2, Number.NaN, 4);
    expect(() => encodeFeatureTable({ ...table, values: nan })).toThrow('"likes" of row 1 is NaN and not missing');
    expect(() => encodeFeatureTable({ ...table, rowCount: 3 })).toThrow('values must have 6 entries');
    expect(() => encodeFeatureTable({ ...table, missing: new Uint8Array(3) })).toThrow('missing must have 4 entries');
    expect(() => encodeFeatureTable({ ...table, readAtMs: Number.NaN })).toThrow(FeatureTableError);
  });

  it('never comes out of random bytes: they are refused, or are a whole table', () => {
    const random = seeded(11);
    for (let round = 0; round < 500; round++) {
      const names = Array.from({ length: Math.floor(random() * 3) }, (_, n) => `f${n}`);
      const some = () =>
        Buffer.from(Array.from({ length: Math.floor(random() * 6) * 4 }, () => Math.floor(random() * 256)));
      const message = {
        names,
        rowCount: Math.floor(random() * 3),
        values: some(),
        missing: some(),
        updatedAt: some(),
        readAt: new Date(0),
      };
      try {
        const table = decodeFeatureTable(message);
        expect(table.values.length).toBe(table.rowCount * names.length);
      } catch (error) {
        expect(error).toBeInstanceOf(FeatureTableError);
      }
    }
  });
});
