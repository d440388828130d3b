import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '@attune/testkit';
import { Kafka, logLevel } from 'kafkajs';

const run = promisify(execFile);
/** The last line of Kafka that kafkajs's protocol versions are known to work with, and that runs on Java 17. */
const KAFKA_VERSION = '3.9.1';
const START_LIMIT_MS = 60_000;

/** A real Apache Kafka for tests. */
export interface KafkaServer extends AsyncDisposable {
  readonly brokers: readonly string[];
}

/** Why a Kafka cannot be started on this machine, or `undefined` when it can. */
export async function whyNoKafka(): Promise<string | undefined> {
  const java = await run('java', ['-version']).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(java?.stderr ?? '')?.[1] ?? 0);
  if (major < 17) return 'Java 17 or later is not installed';
  if (existsSync(jarsFolder())) return undefined;
  const maven = await run('mvn', ['-version']).catch(() => undefined);
  return maven === undefined ? 'Maven is not installed' : undefined;
}

/** Downloads Kafka's jars once per machine, and starts a broker of one node on free loopback ports with data of its own. */
export async function startKafkaServer(): Promise<KafkaServer> {
  const jars = await ensureJars();
  const folder = await mkdtemp(join(tmpdir(), 'attune-kafka-'));
  const [port, controllerPort] = await freePorts(2);
  const config = join(folder, 'server.properties');
  await writeFile(config, properties({ folder, port: port!, controllerPort: controllerPort! }));
  const classPath = ['-cp', join(jars, '*')];
  const format = ['format', '--standalone', '-t', randomUUID().replaceAll('-', '').slice(0, 22), '-c', config];
  const logging = await loggingOptions(folder);
  await run('java', [
    '-Xmx128m',
    '-XX:TieredStopAtLevel=1',
    ...logging,
    ...classPath,
    'kafka.tools.StorageTool',
    ...format,
  ]);
  const output = await open(join(folder, 'output.log'), 'w');
  const java = ['-Xmx512m', '-Xms128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...logging, ...classPath];
  const arguments_ = ['-c', TIED_TO_STDIN, 'java', ...java, 'kafka.Kafka', config];
  const broker = spawn('sh', arguments_, { stdio: ['pipe', output.fd, output.fd] });
  const stop = async () => {
    await killed(broker);
    await output.close();
    await rm(folder, { recursive: true, force: true });
  };
  const brokers = [`127.0.0.1:${port}`];
  try {
    await answering(brokers, broker);
  } catch (error) {
    const log = await readFile(join(folder, 'output.log'), 'utf8');
    await stop();
    throw new Error(`Kafka did not start:\n${log.slice(-4_000)}`, { cause: error });
  }
  return { brokers, [Symbol.asyncDispose]: stop };
}

function jarsFolder(): string {
  const { ATTUNE_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  const cache =
    ATTUNE_CACHE_DIR ?? (XDG_CACHE_HOME ? join(XDG_CACHE_HOME, 'attune') : join(homedir(), '.cache', 'attune'));
  return join(cache, `kafka-${KAFKA_VERSION}`);
}

/** The folder appears whole or not at all: two processes may download side by side, and the first to finish wins. */
async function ensureJars(): Promise<string> {
  const folder = jarsFolder();
  if (existsSync(folder)) return folder;
  const staging = `${folder}.${randomUUID()}`;
  await mkdir(staging, { recursive: true });
  await writeFile(join(staging, 'pom.xml'), POM);
  const arguments_ = ['-q', '-B', '-f', join(staging, 'pom.xml'), 'dependency:copy-dependencies'];
  await run('mvn', [...arguments_, `-DoutputDirectory=${join(staging, 'jars')}`], { maxBuffer: 16 * 1024 * 1024 });
  await rename(join(staging, 'jars'), folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
  await rm(staging, { recursive: true, force: true });
  return folder;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>attune.test</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
  </dependency></dependencies>
</project>
`;

function properties(input: { folder: string; port: number; controllerPort: number }): string {
  const { folder, port, controllerPort } = input;
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'num.partitions': 4,
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    // tests join groups all the time: nobody else is about to
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

async function loggingOptions(folder: string): Promise<string[]> {
  const file = join(folder, 'log4j.properties');
  const lines = ['log4j.rootLogger=WARN, out', 'log4j.appender.out=org.apache.log4j.ConsoleAppender'];
  await writeFile(file, [...lines, 'log4j.appender.out.layout=org.apache.log4j.SimpleLayout', ''].join('\n'));
  return [`-Dlog4j.configuration=file:${file}`];
}

async function answering(brokers: string[], broker: ChildProcess): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    if (broker.exitCode !== null) throw new Error(`Kafka ended with code ${broker.exitCode}`);
    try {
      await admin.connect();
      const { brokers: nodes } = await admin.describeCluster();
      if (nodes.length > 0) return await admin.disconnect();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Runs a command that is killed when our end of its input closes: by us, or because this process died. */
const TIED_TO_STDIN = 'exec 3<&0; "$0" "$@" & pid=$!; { cat >/dev/null; kill -9 $pid; } <&3 & wait $pid';

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  // its data is thrown away, so there is nothing to flush
  child.stdin?.end();
  await exited;
}
