import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@attune/errors';
import { BUILT_FOLDER } from './kernel-module';

/** What assembly/item-item.ts exports; addresses, sizes and strides in bytes are unsigned 32-bit numbers. */
export interface ItemItemKernel {
  gramRows(
    begin: number,
    end: number,
    offsets: number,
    items: number,
    values: number,
    itemOffsets: number,
    users: number,
    positions: number,
    a: number,
    stride: number,
    columns: number,
  ): void;
  nearestItems(
    begin: number,
    end: number,
    offsets: number,
    items: number,
    left: number,
    right: number,
    itemOffsets: number,
    users: number,
    positions: number,
    norms: number,
    shrink: number,
    k: number,
    outItems: number,
    outScores: number,
    sums: number,
    touched: number,
  ): void;
  regressionBytes(k: number): number;
  regressItems(
    begin: number,
    end: number,
    width: number,
    items: number,
    scores: number,
    norms: number,
    diagonal: number,
    k: number,
    out: number,
    marks: number,
    scratch: number,
  ): number;
  invertPivots(a: number, stride: number, k: number, count: number, work: number, negated: number): number;
  packPivots(a: number, stride: number, k: number, count: number, begin: number, end: number, packed: number): void;
  scalePivots(
    a: number,
    stride: number,
    k: number,
    count: number,
    begin: number,
    end: number,
    packed: number,
    negated: number,
    scaled: number,
  ): void;
  updateTile(
    a: number,
    stride: number,
    count: number,
    rowBegin: number,
    rowEnd: number,
    columnBegin: number,
    columnEnd: number,
    packed: number,
    scaled: number,
  ): void;
  finishWeights(begin: number, end: number, n: number, a: number, stride: number, diagonal: number): void;
  mirrorNegated(begin: number, end: number, n: number, a: number, stride: number): void;
  addRows(out: number, columns: number, a: number, stride: number, items: number, weights: number, count: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel of item-item products: with fused multiply-add where the engine has it, else the plain SIMD build. */
export function loadItemItemModule(): WebAssembly.Module {
  compiled ??= compile();
  return compiled;
}

function compile(): WebAssembly.Module {
  try {
    const relaxed = readFileSync(join(BUILT_FOLDER, 'item-item.relaxed.wasm'));
    if (WebAssembly.validate(relaxed)) return new WebAssembly.Module(relaxed);
    return new WebAssembly.Module(readFileSync(join(BUILT_FOLDER, 'item-item.wasm')));
  } catch (cause) {
    throw new AppError('internal.kernels_not_built', 'the kernels cannot be loaded; run the build of @attune/kernels', {
      cause,
    });
  }
}

/** An instance over a memory that the caller lays out. */
export function instantiateItemItemKernel(memory: WebAssembly.Memory, module = loadItemItemModule()): ItemItemKernel {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ItemItemKernel;
}
