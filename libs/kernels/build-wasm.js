// Compiles assembly/ials.ts to dist/ twice: with relaxed SIMD (fused multiply-add) and without, for engines that lack it.
const { mkdirSync } = require('node:fs');
const { spawnSync } = require('node:child_process');

const compiler = require.resolve('assemblyscript/bin/asc.js');
const common =
  '-O3 --noAssert --runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --enable simd,threads';

mkdirSync('dist', { recursive: true });
for (const [output, extra] of [
  ['dist/ials.wasm', []],
  ['dist/ials.relaxed.wasm', ['--enable', 'relaxed-simd']],
]) {
  const args = [compiler, 'assembly/ials.ts', ...common.split(' '), ...extra, '--outFile', output];
  const result = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
