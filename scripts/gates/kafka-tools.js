// What a real Kafka for the tests needs on the machine: Java 17 or later, and Maven to fetch the jars.
const { spawnSync } = require('node:child_process');

const LEAST_JAVA = 17;

/** The names of the tools that are missing; empty where a real Kafka can run. */
function missingKafkaTools() {
  const missing = [];
  const java = spawnSync('java', ['--version'], { encoding: 'utf8' });
  const major = java.status === 0 ? /(?:openjdk|java) (\d+)/.exec(java.stdout) : null;
  if (major === null || Number(major[1]) < LEAST_JAVA) missing.push(`Java ${LEAST_JAVA} or later`);
  if (spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status !== 0) missing.push('Maven (mvn)');
  return missing;
}

module.exports = { missingKafkaTools };
