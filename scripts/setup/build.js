// Builds every package when a source has changed since the last build; a cheap look at names, sizes and times decides.
const { createHash } = require('node:crypto');
const { existsSync, readdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const { root, toolEnvironment } = require('./environment');
const { npx, PNPM } = require('./install');
const { runStep } = require('./step');

const stampFile = join(root, 'node_modules', '.attune-build-stamp');
const SOURCES = ['libs', 'services', 'proto'];
const FILES = ['package.json', 'turbo.json', 'tsconfig.json', 'scripts/build-package.js', 'pnpm-lock.yaml'];
const NOT_SOURCES = new Set([
  'node_modules',
  'dist',
  'gen',
  'descriptors',
  '.turbo',
  '.cache',
  'coverage',
  'tests',
  'migrations',
]);

/** Whether what was built last still fits the sources. */
function isBuilt() {
  try {
    const { hash, outputs } = JSON.parse(readFileSync(stampFile, 'utf8'));
    return hash === sourceHash() && outputs.every((output) => existsSync(join(root, output)));
  } catch {
    return false;
  }
}

/** Builds what has changed; turbo knows what depends on what. */
async function build() {
  // Taken before the build: a source that changes while it runs makes the next start build again.
  const hash = sourceHash();
  const args = ['-y', PNPM, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only', '--no-color'];
  await runStep({ title: 'building', command: npx, args, cwd: root, env: toolEnvironment() });
  writeFileSync(stampFile, JSON.stringify({ hash, outputs: outputs() }));
}

function outputs() {
  const packages = ['libs', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  const folders = packages.flatMap((name) => [join(name, 'dist'), join(name, 'src', 'gen')]);
  return folders.filter((folder) => existsSync(join(root, folder)));
}

function sourceHash() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${relative(root, path)} ${mtimeMs} ${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !NOT_SOURCES.has(entry.name)) walk(join(folder, entry.name));
      if (entry.isFile() && !/\.(test\.ts|md)$/.test(entry.name)) add(join(folder, entry.name));
    }
  };
  for (const file of FILES) if (existsSync(join(root, file))) add(join(root, file));
  for (const folder of SOURCES) walk(join(root, folder));
  return hash.digest('hex');
}

module.exports = { build, isBuilt };
