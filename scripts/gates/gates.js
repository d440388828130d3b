// The checks that come before the tests. Each yields { state: 'passed' | 'failed' | 'skipped', reason? }.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { bufBreaking } = require('./buf-breaking');

const tool = (name, args, needs) => ({
  name: [name, ...args].join(' '),
  run: async ({ root, env, run }) => {
    if (needs && !existsSync(join(root, needs))) return { state: 'skipped', reason: `${needs} is not there` };
    const code = await run(join(root, 'node_modules', '.bin', name), args, { env });
    return code === 0 ? { state: 'passed' } : { state: 'failed', reason: `exit code ${code}` };
  },
});

const gates = [
  tool('biome', ['check', '--diagnostic-level=warn', '.']),
  tool('buf', ['lint'], 'buf.yaml'),
  { name: 'buf breaking', run: bufBreaking },
  tool('tsc', ['--noEmit', '-p', 'tsconfig.json']),
  tool('depcruise', ['--config', '.dependency-cruiser.cjs', 'libs', 'services', 'e2e'], '.dependency-cruiser.cjs'),
  tool('knip', [], 'knip.json'),
];

module.exports = { gates };
