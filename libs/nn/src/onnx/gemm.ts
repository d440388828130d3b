import type { Op, Tensor } from '../tensor';

/** How a product of matrices is read and scaled. */
export interface GemmAttributes extends Readonly<Record<string, number | boolean>> {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
}

/** alpha A B + C, or without C: what `fuse` makes of products, and only a writer sees. */
export const GEMM: Op<GemmAttributes> = {
  name: 'gemm',
  shape([a, b], { transposeA, transposeB }) {
    return [a!.at(transposeA ? -1 : -2)!, b!.at(transposeB ? -2 : -1)!];
  },
  gradient: () => {
    throw new TypeError('graphs are differentiated before they are fused');
  },
  onnx: (emit, names, { attributes: { transposeA, transposeB, alpha } }) =>
    emit.node('Gemm', names, {
      transA: transposeA ? 1 : 0,
      transB: transposeB ? 1 : 0,
      ...(alpha === 1 ? {} : { alpha: { float: alpha } }),
    }),
  tensorflow: () => {
    throw new TypeError('a fused graph is for ONNX alone');
  },
};

/** alpha A B + C as a tensor. */
export function gemm(operands: readonly Tensor[], attributes: GemmAttributes): Tensor {
  return operands[0]!.graph.apply(GEMM, operands, attributes);
}
