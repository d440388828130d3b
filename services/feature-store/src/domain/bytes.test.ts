import fc from 'fast-check';
import { ByteReader, ByteWriter } from './bytes';

const MAX = 2 ** 53 - 1;
const anyCount = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  // both sides of every border between lengths
  fc
    .tuple(fc.integer({ min: 0, max: 53 }), fc.integer({ min: -1, max: 1 }))
    .map(([bits, by]) => Math.min(MAX, Math.max(0, 2 ** bits + by))),
);

function bytesOf(write: (out: ByteWriter) => void): Buffer {
  const out = new ByteWriter();
  write(out);
  return out.copy();
}

/** LEB128 by its definition, seven bits at a time. */
function varint(value: number): number[] {
  let rest = BigInt(value);
  const bytes: number[] = [];
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

describe('counts', () => {
  it('are written as everybody writes them, and read back', () => {
    fc.assert(
      fc.property(fc.array(anyCount), (counts) => {
        const bytes = bytesOf((out) => {
          for (const count of counts) out.count(count);
        });
        expect([...bytes]).toEqual(counts.flatMap(varint));
        const reader = new ByteReader(bytes);
        expect(counts.map(() => reader.count())).toEqual(counts);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});

describe('numbers', () => {
  it('come back as they were, bit for bit', () => {
    const special = fc.constantFrom(Number.NaN, -0, 0, -1, Number.POSITIVE_INFINITY, 2 ** 51, -(2 ** 51), 2 ** 51 - 1);
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), special)), (numbers) => {
        const reader = new ByteReader(
          bytesOf((out) => {
            for (const number of numbers) out.number(number);
          }),
        );
        for (const number of numbers) expect(Object.is(reader.number(), number)).toBe(true);
      }),
      { seed: 4 },
    );
  });
});
