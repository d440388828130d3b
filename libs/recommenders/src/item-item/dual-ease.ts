import { AppError } from '@attune/errors';
import type { Csr } from '@attune/kernels';
import { type ItemWeights, type Outgoing, outgoingOf } from './item-weights';
import { UserKernel } from './user-kernel';

/** Below this share of an item that others do not explain, float32 has too few digits left of it. */
const LEAST_UNEXPLAINED = 1e-5;

/** What to invert. */
export interface DualEaseRequest {
  /** [users x columns] */
  readonly matrix: Csr;
  readonly columnCount: number;
  /** lambda, by the column's entry of the Gramian. */
  readonly ridge: (diagonal: number) => number;
  readonly threads: number;
  readonly signal?: AbortSignal;
  readonly onFraction?: (fraction: number) => void;
}

/**
 * EASE where there are fewer users than items: the same weights through an inverse of the users' size, by the identity of Woodbury.
 * With L = diag(lambda), Y = X L^-1/2 and K = (I + Y Y^T)^-1:
 *
 *   P = (X^T X + L)^-1 = L^-1/2 (I - Y^T K Y) L^-1/2,   and a history r has the scores   r B = r - (r P) diag(1 / diag P).
 */
export class DualEase implements ItemWeights {
  private constructor(
    private readonly kernel: UserKernel,
    /** [columnCount]: lambda^-1/2. */
    private readonly scales: Float32Array,
    /** [columnCount]: 1 - y K y^T, which is lambda diag P. */
    private readonly unexplained: Float32Array,
  ) {}

  /** Inverts I + Y Y^T. */
  static async fit({ matrix, columnCount, ridge, ...rest }: DualEaseRequest): Promise<DualEase> {
    const diagonal = new Float64Array(columnCount);
    for (let e = 0; e < matrix.indices.length; e++) diagonal[matrix.indices[e]!]! += matrix.values[e]! ** 2;
    const scales = Float32Array.from(diagonal, (own) => 1 / Math.sqrt(ridge(own)));
    const scaled = { ...matrix, values: matrix.values.map((v, e) => v * scales[matrix.indices[e]!]!) };
    const kernel = await UserKernel.fit({ matrix: scaled, columnCount, ridge: 1, ...rest });
    const unexplained = scales.map((_, item) => 1 - kernel.selfWeight(item));
    if (!unexplained.every((share) => share > LEAST_UNEXPLAINED)) {
      throw new AppError('internal.diverged', 'float32 cannot tell items from their explanation; raise regularization');
    }
    return new DualEase(kernel, scales, unexplained);
  }

  get columnCount(): number {
    return this.kernel.columnCount;
  }

  scoreInto(items: Int32Array, strengths: Float32Array, out: Float32Array): void {
    const { scales, unexplained } = this;
    const scaled = strengths.map((strength, e) => strength * scales[items[e]!]!);
    this.kernel.applyInto(items, scaled, out);
    // out is r L^-1/2 Y^T K Y; (r P)_j / P_jj = (r_j / sqrt(lambda_j) - out_j) sqrt(lambda_j) / (1 - y K y^T)
    for (let item = 0; item < out.length; item++) out[item]! /= scales[item]! * unexplained[item]!;
    for (let e = 0; e < items.length; e++) out[items[e]!]! += strengths[e]! * (1 - 1 / unexplained[items[e]!]!);
  }

  outgoing(item: number): Outgoing {
    const row = new Float32Array(this.columnCount);
    this.scoreInto(Int32Array.of(item), Float32Array.of(1), row);
    return outgoingOf(item, row);
  }
}
