import { blockSizeFor, quantizeRows } from './quantize-rows';

describe('quantizeRows', () => {
  it('gives numbers back to within half a step of their block', () => {
    const rank = 20;
    const table = Float32Array.from({ length: 7 * rank }, (_, at) => Math.sin(at * 1.7) * 10 ** (at % 5));
    const { blockSize, blocksPerRow, values, scales } = quantizeRows(table, rank);
    for (let at = 0; at < table.length; at++) {
      const [row, c] = [Math.floor(at / rank), at % rank];
      const block = row * blocksPerRow + Math.floor(c / blockSize);
      const value = (values[block * blockSize + (c % blockSize)]! - 128) * scales[block]!;
      expect(Math.abs(value - table[at]!)).toBeLessThanOrEqual(scales[block]! * 0.5001);
    }
  });

  it('takes one block for a row that fills it well, and smaller ones for a row that does not', () => {
    expect([2, 16, 64, 100, 128, 130, 192, 256].map(blockSizeFor)).toEqual([16, 16, 64, 128, 128, 32, 64, 256]);
  });
});
