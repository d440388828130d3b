// Jest gives each test file a global object that is slow to ask: a loop that reads `Math` takes four times as long as in plain
// Node. These are handed to each module as arguments instead. What tests replace (Date, timers, fetch) must not be among them.
const FAST_GLOBALS = [
  ...['Array', 'BigInt', 'Boolean', 'Error', 'Infinity', 'JSON', 'Map', 'Math', 'Number', 'Object', 'Promise'],
  ...['Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'WeakMap', 'isNaN', 'parseFloat', 'parseInt'],
  ...['ArrayBuffer', 'Buffer', 'DataView', 'Float32Array', 'Float64Array', 'Int8Array', 'Int16Array', 'Int32Array'],
  ...['Uint8Array', 'Uint16Array', 'Uint32Array', 'BigInt64Array', 'BigUint64Array'],
];

/** One jest run over every package: workspace packages resolve to their TypeScript sources, transpiled by swc. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/e2e'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/scripts/jest-environment.js',
  sandboxInjectedGlobals: FAST_GLOBALS,
  testEnvironmentOptions: { customExportConditions: ['attune-source', 'node', 'require', 'default'] },
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Some dependencies ship ES modules only; jest loads CommonJS, so these few are transpiled.
  transformIgnorePatterns: ['/node_modules/(?!.*(hyparquet|pure-rand|uuid|superjson|node-pg-migrate|commander))'],
  modulePathIgnorePatterns: ['<rootDir>/.attune', '<rootDir>/.cache', '/dist/'],
  globalSetup: '<rootDir>/libs/devstack/src/jest-global-setup.ts',
  globalTeardown: '<rootDir>/libs/devstack/src/jest-global-teardown.ts',
  testTimeout: 30_000,
};
