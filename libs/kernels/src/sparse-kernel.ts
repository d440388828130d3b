import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { BUILT_FOLDER } from './kernel-module';

/** What assembly/sparse-optimizers.ts exports; addresses and counts are unsigned 32-bit numbers. */
export interface SparseKernel {
  badIndex(indices: number, count: number, rows: number): number;
  gatherRows(table: number, indices: number, count: number, width: number, out: number): void;
  sumDuplicates(indices: number, count: number, width: number, gradients: number, seen: number, first: number): number;
  squaresAreFinite(x: number, count: number): number;
  powerBytes(): number;
  fillPowers(table: number, beta: number): void;
  sgdRows(
    first: number,
    unique: number,
    indices: number,
    gradients: number,
    width: number,
    values: number,
    learningRate: number,
    decay: number,
    l2: number,
  ): void;
  adagradRows(
    first: number,
    unique: number,
    indices: number,
    gradients: number,
    width: number,
    values: number,
    squares: number,
    learningRate: number,
    epsilon: number,
    decay: number,
    l2: number,
  ): void;
  adamRows(
    first: number,
    unique: number,
    indices: number,
    gradients: number,
    width: number,
    values: number,
    moments: number,
    updates: number,
    powers1: number,
    powers2: number,
    learningRate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    decay: number,
    l2: number,
  ): void;
}

let compiled: WebAssembly.Module | undefined;

/** The optimizers over a memory that the caller lays out. There is one build, so that every machine computes the same bits. */
export function instantiateSparseKernel(memory: WebAssembly.Memory): SparseKernel {
  compiled ??= compile();
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as SparseKernel;
}

function compile(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(join(BUILT_FOLDER, 'sparse-optimizers.wasm')));
  } catch (cause) {
    throw new AppError('internal.kernels_not_built', 'the kernels cannot be loaded; run the build of @attune/kernels', {
      cause,
    });
  }
}
