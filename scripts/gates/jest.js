// The tests, and the check that those that need a real Kafka met one wherever the machine can run it.
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { availableParallelism, cpus, tmpdir } = require('node:os');
const { join } = require('node:path');
const { missingKafkaTools } = require('./kafka-tools');
const { missingPython } = require('./python');

const KAFKA_SUITES = [
  {
    name: 'event log contract suite against a real Kafka',
    file: /libs[\\/]event-log[\\/].*kafka-event-log\.test\.ts$/,
  },
  { name: 'storm of faults on a real Kafka', file: /e2e[\\/]journeys[\\/]fault-storm-kafka\.test\.ts$/ },
];

const PYTHON_SUITE = { name: 'artifacts in Python', file: /libs[\\/]onnx[\\/].*python\.test\.ts$/ };

const PROMETHEUS_SUITES = [
  { name: 'alert rules by promtool', file: /libs[\\/]observability[\\/].*rules\.test\.ts$/ },
  { name: 'metrics read by Prometheus', file: /e2e[\\/]journeys[\\/]metrics\.test\.ts$/ },
];

/** Runs jest; resolves to its counts and to the gates that its results decide. */
async function runJest({ root, node, patterns, env, run }) {
  const missing = missingKafkaTools();
  if (missing.length > 0) announceSkip(missing);
  const folder = mkdtempSync(join(tmpdir(), 'attune-jest-'));
  const report = join(folder, 'results.json');
  const workers = availableParallelism ? availableParallelism() : cpus().length;
  const args = [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--json',
    `--outputFile=${report}`,
    `--maxWorkers=${workers}`,
  ];
  const jestEnv = { ...env, NODE_ENV: 'test', ...(missing.length === 0 ? { ATTUNE_TEST_KAFKA: '1' } : {}) };
  try {
    process.stdout.write('\n--- jest\n');
    // With --json jest prints its report on standard output, which the file holds already; progress is on standard error.
    const stdio = ['ignore', 'ignore', 'inherit'];
    const code = await run(node, [...args, ...patterns], { env: jestEnv, stdio });
    return judge(readReport(report), code, { missing, missingInPython: missingPython(env), patterns });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(results, code, { missing, missingInPython, patterns }) {
  if (results === undefined) {
    return {
      passed: 0,
      failed: 0,
      skipped: 0,
      gates: [{ name: 'jest', state: 'failed', reason: `no results, exit code ${code}` }],
    };
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  // Jest may fail without a failed test: an open handle, a global tear-down that threw.
  const gates = code !== 0 && failed === 0 ? [{ name: 'jest', state: 'failed', reason: `exit code ${code}` }] : [];
  if (patterns.length === 0) {
    gates.push(...KAFKA_SUITES.map((suite) => optionalGate(results, suite, missing)));
    gates.push(optionalGate(results, PYTHON_SUITE, missingInPython));
    gates.push(...PROMETHEUS_SUITES.map((suite) => optionalGate(results, suite, missingPrometheus(results, suite))));
  }
  return { passed: results.numPassedTests, failed, skipped: results.numPendingTests + results.numTodoTests, gates };
}

function optionalGate(results, { name, file }, missing) {
  if (missing.length > 0) return { name, state: 'skipped', reason: `${missing.join(' and ')} not found` };
  const suites = results.testResults.filter((suite) => file.test(suite.name));
  const passed = suites.flatMap((suite) => suite.assertionResults).filter(({ status }) => status === 'passed').length;
  if (passed > 0) return { name, state: 'passed', reason: `${passed} tests` };
  return { name, state: 'failed', reason: 'what it needs is here, but no test of it passed' };
}

// Prometheus is fetched by the tests themselves, so they know best; each says aloud where it did without.
function missingPrometheus(results, { file }) {
  const tests = results.testResults.filter((suite) => file.test(suite.name)).flatMap((suite) => suite.assertionResults);
  return tests.some(({ title }) => title.startsWith('says aloud')) ? ['Prometheus'] : [];
}

function announceSkip(missing) {
  const line = '!'.repeat(80);
  process.stdout.write(
    `\n${line}\nSKIPPED: the event log's contract suite and the storm of faults on a real Kafka, for want of ${missing.join(' and ')}.\n${line}\n`,
  );
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

module.exports = { runJest };
