// Installs the workspace (Node 24 comes with it, as an npm package) when it is missing or no longer fits the lockfile.
const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join, relative, resolve } = require('node:path');
const { cacheFolder, root, toolEnvironment } = require('./environment');
const { withLock } = require('./lock');
const { runStep, SetupError } = require('./step');

const PNPM = 'pnpm@10.34.9';
const LEAST_NODE = [22, 15];
const stampFile = join(root, 'node_modules', '.attune-stamp');
const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';

/** The Node that runs everything, or undefined while the workspace is not installed as the lockfile says. */
function installedNode() {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    const node = resolve(root, stamp.node);
    return stamp.hash === wantedHash() && existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** Installs the workspace and returns the path of the Node to use. */
async function install() {
  const env = toolEnvironment();
  // npx installs pnpm into a folder that all checkouts share and that two must not fill at once.
  await withLock(
    join(cacheFolder(), 'pnpm.lock'),
    () => process.stderr.write('  ... another checkout is fetching pnpm; waiting for it\n'),
    () => runStep({ title: 'fetching pnpm', command: npx, args: ['-y', PNPM, '--version'], cwd: root, env }),
  );
  const args = ['install', '--frozen-lockfile', '--reporter=append-only', '--config.confirmModulesPurge=false'];
  await runStep({ title: 'installing the workspace', command: npx, args: ['-y', PNPM, ...args], cwd: root, env });
  const node = findNode();
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  // Relative to the checkout, so that a copy of it uses its own.
  const noted = node.startsWith(root) ? relative(root, node) : node;
  writeFileSync(stampFile, JSON.stringify({ hash: wantedHash(), node: noted }));
  return node;
}

function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const brought = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', program);
  const candidate = [brought, process.execPath].find((path) => existsSync(path) && isRecent(path));
  if (candidate) return candidate;
  throw new SetupError(
    `Node.js ${LEAST_NODE.join('.')} or later is needed; npm has none for ${process.platform}-${process.arch} and this is ${process.version}. ` +
      'Install Node.js 24 and run this again.',
  );
}

function isRecent(node) {
  const { stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  const [major, minor] = String(stdout).replace('v', '').split('.').map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

// Everything that decides what an install yields.
function wantedHash() {
  const hash = createHash('sha256').update(`${PNPM} ${process.platform} ${process.arch}\n`);
  const manifests = ['libs', 'services'].flatMap((folder) =>
    names(folder).map((name) => join(folder, name, 'package.json')),
  );
  const patches = names('patches').map((name) => join('patches', name));
  const rest = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.npmrc',
    'e2e/package.json',
    'bench/package.json',
  ];
  for (const file of [...rest, ...manifests, ...patches]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function names(folder) {
  const path = join(root, folder);
  return existsSync(path) ? readdirSync(path).sort() : [];
}

module.exports = { install, installedNode, npx, PNPM };
