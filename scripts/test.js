// npm test: sets up the checkout, then every gate in order, all of them even when one fails; the last line counts.
// With a path pattern (npm test -- libs/grpc) only the matching jest tests run.
const { spawn } = require('node:child_process');
const { bootstrap, fail } = require('./bootstrap');
const { root, toolEnvironment } = require('./setup/environment');
const { gates } = require('./gates/gates');
const { runJest } = require('./gates/jest');

async function main() {
  const patterns = process.argv.slice(2);
  const node = await bootstrap();
  const context = {
    root,
    node,
    patterns,
    env: { ...toolEnvironment(), FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    run,
  };
  const results = [];
  for (const gate of patterns.length === 0 ? gates : []) results.push(await runGate(gate, context));
  const jest = await runJest(context);
  summarize(results, jest);
}

async function runGate(gate, context) {
  const startedAt = Date.now();
  process.stdout.write(`\n--- ${gate.name}\n`);
  const outcome = await gate.run(context).catch((error) => ({ state: 'failed', reason: error.message }));
  const took = `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  process.stdout.write(
    `${outcome.state.toUpperCase()} ${gate.name} (${took})${outcome.reason ? `: ${outcome.reason}` : ''}\n`,
  );
  return { name: gate.name, took, ...outcome };
}

/** Runs a command with its output on ours; resolves to its exit code. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === null ? 1 : code));
  });
}

function summarize(results, jest) {
  const all = [...results, ...jest.gates];
  process.stdout.write('\n');
  for (const { name, state, took, reason } of all) {
    process.stdout.write(`${state.padEnd(8)} ${name}${took ? ` (${took})` : ''}${reason ? `: ${reason}` : ''}\n`);
  }
  const count = (state) => all.filter((result) => result.state === state).length;
  const passed = jest.passed + count('passed');
  const failed = jest.failed + count('failed');
  const skipped = jest.skipped + count('skipped');
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

main().catch(fail);
