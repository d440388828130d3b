import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@attune/errors';

/** What assembly/ials.ts exports; addresses and counts are unsigned 32-bit numbers. */
export interface IalsKernel {
  scratchBytes(rank: number): number;
  partialGram(
    x: number,
    exposures: number,
    begin: number,
    end: number,
    rank: number,
    out: number,
    scratch: number,
  ): void;
  sumPartials(
    partials: number,
    count: number,
    rank: number,
    scale: number,
    begin: number,
    end: number,
    out: number,
  ): void;
  dotProducts(vectors: number, table: number, rank: number, panels: number, out: number): void;
  solveRows(
    begin: number,
    end: number,
    rank: number,
    factors: number,
    others: number,
    offsets: number,
    indices: number,
    weights: number,
    gram: number,
    exposures: number,
    regularizations: number,
    gains: number,
    scratch: number,
  ): number;
}

/** The folder of built files; worker threads and WebAssembly are always loaded from there, also when the sources run. */
export const BUILT_FOLDER = join(__dirname, '..', 'dist');

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel: with fused multiply-add (relaxed SIMD) where the engine has it, else the plain SIMD build. */
export function loadKernelModule(): WebAssembly.Module {
  compiled ??= compile();
  return compiled;
}

function compile(): WebAssembly.Module {
  try {
    const relaxed = readFileSync(join(BUILT_FOLDER, 'ials.relaxed.wasm'));
    if (WebAssembly.validate(relaxed)) return new WebAssembly.Module(relaxed);
    return new WebAssembly.Module(readFileSync(join(BUILT_FOLDER, 'ials.wasm')));
  } catch (cause) {
    throw new AppError('internal.kernels_not_built', 'the kernels cannot be loaded; run the build of @attune/kernels', {
      cause,
    });
  }
}

/** A memory that threads can share, of at least `bytes` and, unless it may grow, no more. */
export function sharedMemory(bytes: number, { growable = false } = {}): WebAssembly.Memory {
  const initial = Math.ceil(bytes / 65_536);
  return new WebAssembly.Memory({ initial, maximum: growable ? 65_536 : initial, shared: true });
}

/** Bytes of working memory that one thread needs at a (padded) rank. */
export function scratchBytes(rank: number): number {
  return instantiateKernel(loadKernelModule(), sharedMemory(65_536)).scratchBytes(rank);
}

/** An instance over a memory that the caller lays out. */
export function instantiateKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): IalsKernel {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return instance.exports as IalsKernel;
}
