/** A layer of the tower: relu(normalized(x W + b)), as it is at inference. */
export interface NcfLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs x outputs], row by row. */
  readonly weight: Float32Array;
  /** [outputs]; absent where a normalization has its own shift. */
  readonly bias?: Float32Array;
  readonly norm?: BatchNormWeights;
}

/** Batch normalization with its running statistics; all [outputs]. */
export interface BatchNormWeights {
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** What is added to a variance before its root is taken. */
export const NORM_EPSILON = 1e-5;

/** Generalized matrix factorization: sum over k of users[u, k] items[i, k] output[k]. */
export interface GmfWeights {
  readonly width: number;
  /** [userCount x width]. */
  readonly users: Float32Array;
  /** [itemCount x width]. */
  readonly items: Float32Array;
  /** [width]. */
  readonly output: Float32Array;
}

/** The tower: layers over the user's and the item's vector side by side, then a weighted sum. */
export interface MlpWeights {
  readonly width: number;
  /** [userCount x width]. */
  readonly users: Float32Array;
  /** [itemCount x width]. */
  readonly items: Float32Array;
  /** The first one has 2 * width inputs, those of the user first. */
  readonly layers: readonly NcfLayer[];
  /** [outputs of the last layer]. */
  readonly output: Float32Array;
}

/** Everything that a trained model is made of. The score is the log-odds: gmf + mlp + bias. */
export interface NcfWeights {
  readonly userCount: number;
  readonly itemCount: number;
  readonly gmf?: GmfWeights;
  readonly mlp?: MlpWeights;
  readonly bias: number;
}
