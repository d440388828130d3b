import { AppError } from '@attune/errors';
import type { Csr } from './csr';
import { type IalsExposures, type IalsSettings, type IalsStart, rowRegularization } from './ials-settings';
import type { MemoryLayout, SideLayout } from './memory-layout';
import { seededNormal } from './seeded-normal';

/** Writes data, exposures, regularization and the vectors to begin with (random items, unless there is a start) into the shared memory. */
export function fillMemory(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  data: { readonly users: Csr; readonly items: Csr; readonly exposures?: IalsExposures; readonly start?: IalsStart },
  settings: IalsSettings,
): void {
  for (const side of ['users', 'items'] as const) {
    const matrix = data[side];
    const otherCount = data[side === 'users' ? 'items' : 'users'].rowCount;
    const at = layout[side];
    new Int32Array(buffer, at.offsets, matrix.offsets.length).set(matrix.offsets);
    new Int32Array(buffer, at.indices, matrix.indices.length).set(matrix.indices);
    new Float32Array(buffer, at.weights, matrix.values.length).set(matrix.values);
    new Float32Array(buffer, at.exposures, at.rowCount).set(
      data.exposures?.[side] ?? new Float32Array(at.rowCount).fill(1),
    );
    const regularizations = new Float32Array(buffer, at.regularizations, at.rowCount);
    for (let row = 0; row < at.rowCount; row++) {
      const entries = matrix.offsets[row + 1]! - matrix.offsets[row]!;
      regularizations[row] = rowRegularization(settings, entries, otherCount);
    }
  }
  if (data.start === undefined) startItems(buffer, layout, settings);
  else startFrom(buffer, layout, data.start, settings);
}

function startFrom(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  { side, factors }: IalsStart,
  { rank }: IalsSettings,
): void {
  const { rowCount } = layout[side];
  if (factors.length !== rowCount * rank || !factors.every(Number.isFinite)) {
    throw new AppError(
      'invalid.factors',
      `the ${side} to start from are not ${rowCount} rows of ${rank} finite numbers`,
    );
  }
  const padded = factorsOf(buffer, layout[side], layout.rank);
  for (let row = 0; row < rowCount; row++) {
    padded.set(factors.subarray(row * rank, (row + 1) * rank), row * layout.rank);
  }
}

function startItems(buffer: ArrayBufferLike, layout: MemoryLayout, { rank, initStd, seed }: IalsSettings): void {
  const factors = factorsOf(buffer, layout.items, layout.rank);
  const normal = seededNormal(seed);
  const std = initStd / Math.sqrt(rank);
  for (let row = 0; row < layout.items.rowCount; row++) {
    for (let c = 0; c < rank; c++) factors[row * layout.rank + c] = normal() * std;
  }
}

function factorsOf(buffer: ArrayBufferLike, side: SideLayout, paddedRank: number): Float32Array {
  return new Float32Array(buffer, side.factors, side.rowCount * paddedRank);
}

/** A copy of one side's factors [rowCount x rank], without the padding. */
export function readFactors(
  buffer: ArrayBufferLike,
  side: SideLayout,
  paddedRank: number,
  rank: number,
): Float32Array<ArrayBuffer> {
  const padded = factorsOf(buffer, side, paddedRank);
  if (rank === paddedRank) return new Float32Array(padded);
  const factors = new Float32Array(side.rowCount * rank);
  for (let row = 0; row < side.rowCount; row++) {
    factors.set(padded.subarray(row * paddedRank, row * paddedRank + rank), row * rank);
  }
  return factors;
}

/**
 * The whole objective after an item step: every item row's loss at its minimum is (sum of its positive weights - gain), which leaves only
 * the users' regularization to add.
 */
export function readLoss(buffer: ArrayBufferLike, layout: MemoryLayout, totalWeight: number): number {
  let loss = totalWeight;
  for (const gain of new Float32Array(buffer, layout.items.gains, layout.items.rowCount)) loss -= gain;
  const factors = factorsOf(buffer, layout.users, layout.rank);
  const regularizations = new Float32Array(buffer, layout.users.regularizations, layout.users.rowCount);
  for (let row = 0; row < layout.users.rowCount; row++) {
    let square = 0;
    for (let c = row * layout.rank; c < (row + 1) * layout.rank; c++) square += factors[c]! * factors[c]!;
    loss += regularizations[row]! * square;
  }
  return loss;
}
