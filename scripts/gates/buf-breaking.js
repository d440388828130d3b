// Compares the contracts with those of the main branch. They are read out of git into a folder, which works in a shallow
// clone, in a detached one and in one where main itself is checked out.
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdirSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const CONTRACTS = ['buf.yaml', 'proto'];

async function bufBreaking({ root, env, run }) {
  const ref = baseline(root);
  if (ref === undefined) return skip('neither main nor origin/main has contracts to compare with');
  const folder = mkdtempSync(join(tmpdir(), 'attune-contracts-'));
  try {
    mkdirSync(join(folder, 'tree'));
    const archive = execFileSync('git', ['archive', '--format=tar', ref, ...CONTRACTS], {
      cwd: root,
      maxBuffer: 2 ** 28,
    });
    const unpacked = spawnSync('tar', ['-x', '-C', join(folder, 'tree')], { input: archive });
    if (unpacked.status !== 0) return { state: 'failed', reason: `tar: ${unpacked.stderr}` };
    process.stdout.write(`comparing with ${ref}\n`);
    const code = await run(join(root, 'node_modules', '.bin', 'buf'), ['breaking', '--against', join(folder, 'tree')], {
      env,
    });
    return code === 0 ? { state: 'passed' } : { state: 'failed', reason: `contracts of ${ref} would break` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// On main itself, what the others have is origin/main; anywhere else it is main.
function baseline(root) {
  const head = revision(root, 'HEAD');
  const onMain = head !== undefined && revision(root, 'main') === head;
  const candidates = onMain ? ['origin/main', 'main'] : ['main', 'origin/main'];
  return candidates.find((ref) => hasContracts(root, ref));
}

function hasContracts(root, ref) {
  return (
    revision(root, ref) !== undefined &&
    CONTRACTS.every((path) => git(root, ['cat-file', '-e', `${ref}:${path}`]) !== undefined)
  );
}

function revision(root, ref) {
  return git(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
}

function git(root, args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

function skip(reason) {
  process.stdout.write(`SKIPPED, nothing was compared: ${reason}\n`);
  return { state: 'skipped', reason };
}

module.exports = { bufBreaking };
