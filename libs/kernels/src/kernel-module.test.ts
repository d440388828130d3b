import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_FOLDER, instantiateKernel, sharedMemory } from './kernel-module';
import { seededUniform } from './seeded-normal';

const rank = 24;
const rows = 101;
const factors = 65_536;
const exposures = factors + rows * rank * 4;
const gram = exposures + 1024;
const scratch = gram + rank * rank * 4;

/** The Gramian of a seeded table, as a build computes it: panels of 8 columns, upper triangle. */
function gramianBy(build: string): Float32Array {
  const memory = sharedMemory(scratch + 65_536);
  const kernel = instantiateKernel(new WebAssembly.Module(readFileSync(join(BUILT_FOLDER, build))), memory);
  const uniform = seededUniform(1);
  new Float32Array(memory.buffer, factors, rows * rank).forEach((_, i, table) => {
    table[i] = uniform() - 0.5;
  });
  new Float32Array(memory.buffer, exposures, rows).fill(1);
  kernel.partialGram(factors, exposures, 0, rows, rank, gram, scratch);
  return new Float32Array(new Float32Array(memory.buffer, gram, rank * rank));
}

describe('the builds of the kernel', () => {
  it('agree with and without fused multiply-add', () => {
    const plain = gramianBy('ials.wasm');
    const fused = gramianBy('ials.relaxed.wasm');
    const largest = plain.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    expect(largest).toBeGreaterThan(1);
    plain.forEach((x, i) => {
      expect(Math.abs(fused[i]! - x)).toBeLessThan(1e-5 * largest);
    });
  });
});
