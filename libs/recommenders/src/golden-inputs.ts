import type { TensorValue } from '@attune/onnx';

/** How many items golden inputs of rankings ask for. */
export const GOLDEN_K = 10;

/** A one-dimensional tensor for a golden input. */
export function vectorOf(type: TensorValue['type'], ...data: number[]): TensorValue {
  return { type, dims: [data.length], data };
}

/** Up to three rows spread over a table: the first, the middle and the last. */
export function spreadRows(count: number): number[] {
  return [...new Set([0, Math.floor(count / 2), count - 1])].filter((row) => row >= 0);
}
