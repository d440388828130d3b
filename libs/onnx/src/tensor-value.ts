/** A tensor as plain data, which can be stored in a manifest. int64 values are kept as numbers. */
export interface TensorValue {
  readonly type: 'float32' | 'int32' | 'int64';
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Tensors by name. */
export type TensorMap = Readonly<Record<string, TensorValue>>;
