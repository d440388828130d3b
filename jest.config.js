/** One jest run over every package: workspace packages resolve to their TypeScript sources, transpiled by swc. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/e2e'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/scripts/jest-environment.js',
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
