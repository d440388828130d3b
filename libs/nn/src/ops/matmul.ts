import { AppError } from '@attune/errors';
import { describeShape, equalShapes } from '../shape';
import type { Op, Tensor } from '../tensor';

/** Which operands are read with their last two axes exchanged. */
export interface Transposes {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const MATMUL: Op<{ transposeA: boolean; transposeB: boolean }> = {
  name: 'matmul',
  shape([a, b], { transposeA, transposeB }) {
    const rank = a!.length;
    const [rows, inner] = transposeA ? [a!.at(-1)!, a!.at(-2)!] : [a!.at(-2)!, a!.at(-1)!];
    const [innerB, columns] = transposeB ? [b!.at(-1)!, b!.at(-2)!] : [b!.at(-2)!, b!.at(-1)!];
    const outer = a!.slice(0, -2);
    if (rank < 2 || rank !== b!.length || inner !== innerB || !equalShapes(outer, b!.slice(0, -2))) {
      const how = `${transposeA ? 'transposed ' : ''}${describeShape(a!)} by ${transposeB ? 'transposed ' : ''}${describeShape(b!)}`;
      throw new AppError('invalid.net', `${how} is no product of matrices`);
    }
    return [...outer, rows, columns];
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB } }, g) {
    // y = A B with A and B the operands as they are read; dA = g B^T and dB = A^T g, transposed again where the operand was
    return [
      transposeA
        ? matMul(b!, g, { transposeA: transposeB, transposeB: true })
        : matMul(g, b!, { transposeB: !transposeB }),
      transposeB
        ? matMul(g, a!, { transposeA: true, transposeB: transposeA })
        : matMul(a!, g, { transposeA: !transposeA }),
    ];
  },
  onnx(emit, [a, b], { attributes: { transposeA, transposeB }, output }) {
    const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
    if (output.shape.length === 2) return emit.node('Gemm', [a!, b!], flags);
    if (!transposeA && !transposeB) return emit.node('MatMul', [a!, b!]);
    return emit.node('FusedMatMul', [a!, b!], flags, 'com.microsoft');
  },
  tensorflow: (tf, [a, b], { attributes }) => tf.matMul(a!, b!, attributes.transposeA, attributes.transposeB),
};

/** The product of matrices [.., m, k] and [.., k, n]: [.., m, n]. Leading axes must be equal. */
export function matMul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: Transposes = {}): Tensor {
  return a.graph.apply(MATMUL, [a, b], { transposeA, transposeB });
}
