import type { GmfWeights, MlpWeights, NcfLayer, NcfWeights } from './ncf-weights';
import { NORM_EPSILON } from './ncf-weights';

/** A layer whose normalization is in its weights: relu(x W + b). */
export interface FoldedLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** The same model with less to compute: score = users[u] . items[i] + tower(relu(userHidden[u] + itemHidden[i])) + bias. */
export interface FoldedNcf {
  readonly userCount: number;
  readonly itemCount: number;
  readonly gmf?: {
    readonly width: number;
    /** [userCount x width]: times the output weights. */
    readonly users: Float32Array;
    readonly items: Float32Array;
  };
  readonly mlp?: {
    /** Outputs of the first layer. */
    readonly width: number;
    /** [userCount x width]: the user's part of the first layer, bias included. */
    readonly users: Float32Array;
    /** [itemCount x width]: the item's part. */
    readonly items: Float32Array;
    /** From the second layer on. */
    readonly layers: readonly FoldedLayer[];
    readonly output: Float32Array;
  };
  readonly bias: number;
}

/**
 * Moves everything that depends on one side alone into its table: output weights of the factorization into the users, the first
 * layer of the tower into both (it is linear up to its ReLU, so W [u; i] = W_u u + W_i i), normalizations into the layer before
 * them. Exact but for rounding; a pair then costs one addition where it cost a matrix product.
 */
export function foldNcf(weights: NcfWeights): FoldedNcf {
  const { userCount, itemCount, gmf, mlp, bias } = weights;
  return { userCount, itemCount, bias, ...(gmf && { gmf: foldGmf(gmf) }), ...(mlp && { mlp: foldMlp(mlp) }) };
}

function foldGmf({ width, users, items, output }: GmfWeights): FoldedNcf['gmf'] {
  return { width, users: users.map((value, at) => value * output[at % width]!), items };
}

function foldMlp({ width, users, items, layers, output }: MlpWeights): FoldedNcf['mlp'] {
  const [first, ...rest] = layers.map(foldNorm);
  const { outputs, weight, bias } = first!;
  const split = width * outputs;
  return {
    width: outputs,
    users: multiplyRows(users, width, weight.subarray(0, split), bias),
    items: multiplyRows(items, width, weight.subarray(split), new Float32Array(outputs)),
    layers: rest,
    output,
  };
}

/** gamma (x W + b - mean) / sqrt(variance + epsilon) + beta as x W' + b'. */
function foldNorm({ inputs, outputs, weight, bias, norm }: NcfLayer): FoldedLayer {
  const plain = bias ?? new Float32Array(outputs);
  if (norm === undefined) return { inputs, outputs, weight, bias: plain };
  const scale = Float32Array.from(norm.gamma, (g, c) => g / Math.sqrt(norm.variance[c]! + NORM_EPSILON));
  return {
    inputs,
    outputs,
    weight: weight.map((value, at) => value * scale[at % outputs]!),
    bias: Float32Array.from(norm.beta, (b, c) => b + (plain[c]! - norm.mean[c]!) * scale[c]!),
  };
}

/** Each row of `table` [rows x inputs] times `weight` [inputs x outputs] plus `bias` [outputs]. */
function multiplyRows(
  table: Float32Array,
  inputs: number,
  weight: Float32Array,
  bias: Float32Array,
): Float32Array<ArrayBuffer> {
  const outputs = bias.length;
  const rows = table.length / inputs;
  const result = new Float32Array(rows * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    sums.set(bias);
    for (let k = 0; k < inputs; k++) {
      const value = table[row * inputs + k]!;
      const from = k * outputs;
      for (let c = 0; c < outputs; c++) sums[c]! += value * weight[from + c]!;
    }
    result.set(sums, row * outputs);
  }
  return result;
}
