// Builds this package: assembly/ to WebAssembly, with relaxed SIMD (fused multiply-add) and without for engines that lack it, and
// src/ like every package. The slow compiler runs only when its sources changed, and before dist/ is replaced, so that dist/ is
// never long without its WebAssembly.
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } = require('node:fs');
const { join } = require('node:path');

const FLAGS =
  '-O3 --noAssert --runtime stub --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --enable simd,threads';
// what is built: the file in assembly/ that it comes from, and more flags
const BUILDS = {
  'bpr-sgd.wasm': ['bpr-sgd.ts'],
  'bpr-sgd.relaxed.wasm': ['bpr-sgd.ts', '--enable', 'relaxed-simd'],
  'ials.wasm': ['ials.ts'],
  'ials.relaxed.wasm': ['ials.ts', '--enable', 'relaxed-simd'],
  'item-item.wasm': ['item-item.ts'],
  'item-item.relaxed.wasm': ['item-item.ts', '--enable', 'relaxed-simd'],
  'mf-sgd.wasm': ['mf-sgd.ts'],
  'sparse-optimizers.wasm': ['sparse-optimizers.ts'],
};

/** A digest of everything that decides the compiler's output. */
function sourceDigest() {
  const hash = createHash('sha256').update(FLAGS).update(readFileSync('package.json'));
  for (const name of readdirSync('assembly').sort()) hash.update(name).update(readFileSync(join('assembly', name)));
  return hash.digest('hex').slice(0, 16);
}

function compile(target, source, ...extraFlags) {
  const unfinished = `${target}.${process.pid}`;
  const compiler = require.resolve('assemblyscript/bin/asc.js');
  const args = [compiler, join('assembly', source), ...FLAGS.split(' '), ...extraFlags, '--outFile', unfinished];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  renameSync(unfinished, target);
}

const cache = join('.cache', sourceDigest());
mkdirSync(cache, { recursive: true });
for (const [name, build] of Object.entries(BUILDS)) {
  if (!existsSync(join(cache, name))) compile(join(cache, name), ...build);
}
require('../../scripts/build-package.js');
for (const name of Object.keys(BUILDS)) copyFileSync(join(cache, name), join('dist', name));
