// Makes a checkout ready to run: Node 24, the workspace, the build. Node 18 must be able to read this. With --print-node it
// prints the path of the Node to use, and says nothing else on standard output.
const { existsSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { build, isBuilt } = require('./setup/build');
const { root } = require('./setup/environment');
const { install, installedNode } = require('./setup/install');
const { withLock } = require('./setup/lock');
const { SetupError } = require('./setup/step');

/** Installs and builds what is missing or out of date, and returns the path of the Node to run everything with. */
async function bootstrap() {
  const ready = installedNode();
  if (ready && isBuilt()) return ready;
  mkdirSync(join(root, '.cache'), { recursive: true });
  const tell = () => process.stderr.write('  ... another process is setting up this checkout; waiting for it\n');
  return withLock(join(root, '.cache', 'setup.lock'), tell, async () => {
    const node = installedNode() || (await install());
    if (!isBuilt()) await build();
    return node;
  });
}

/** Ends the process with the one sentence that helps, or with the stack of an error that nobody foresaw. */
function fail(error) {
  const known = error instanceof SetupError || ['EACCES', 'EROFS', 'ENOSPC'].includes(error.code);
  process.stderr.write(`\n${known ? error.message : error.stack}\n`);
  if (known && !(error instanceof SetupError)) process.stderr.write(`Check that you may write to ${root}.\n`);
  process.exit(1);
}

async function main() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 18) throw new SetupError(`Node.js 18 or later is needed to begin with, and this is ${process.version}.`);
  if (!existsSync(join(root, 'pnpm-lock.yaml')))
    throw new SetupError(`${root} has no pnpm-lock.yaml: the checkout is incomplete.`);
  const node = await bootstrap();
  if (process.argv.includes('--print-node')) process.stdout.write(`${node}\n`);
}

module.exports = { bootstrap, fail };

if (require.main === module) main().catch(fail);
