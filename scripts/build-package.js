// Transpiles one workspace package (src/**/*.ts) to CommonJS in dist/. Run from the package's folder.
const { readdirSync, rmSync, existsSync } = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');

const entryPoints = readdirSync('src', { recursive: true })
  .map((name) => join('src', name))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'));

if (existsSync('dist')) rmSync('dist', { recursive: true });
esbuild.buildSync({
  entryPoints,
  outdir: 'dist',
  outbase: 'src',
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'error',
});
