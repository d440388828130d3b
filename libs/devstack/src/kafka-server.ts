import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { kafkaJars } from './kafka-jars';
import { openLog, tailOf } from './log-file';
import { type ReservedPort, reservePort } from './ports';
import { type SupervisedProcess, type Surroundings, supervise } from './supervised-process';

const run = promisify(execFile);

/** An Apache Kafka of ours on loopback: one node that is broker and controller. */
export interface KafkaServer extends AsyncDisposable {
  readonly brokers: readonly string[];
  readonly process: SupervisedProcess;
}

/** Where a Kafka keeps its data, and where its jars are kept. */
export interface KafkaOptions extends Surroundings {
  readonly folder: string;
  readonly cacheFolder: string;
}

/**
 * Starts a Kafka and keeps it running on one port, with its data, until it is disposed. It is for tests: nothing else on a developer's
 * machine needs Java.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaServer> {
  const jars = await kafkaJars(options.cacheFolder);
  mkdirSync(options.folder, { recursive: true });
  const ports = [await reservePort(), await reservePort()] as const;
  const release = () => {
    for (const port of ports) port[Symbol.dispose]();
  };
  try {
    const running = await startNode({ jars, ports, options });
    const close = () => running.stop().finally(release);
    return { brokers: [`127.0.0.1:${ports[0].port}`], process: running, [Symbol.asyncDispose]: close };
  } catch (error) {
    release();
    throw error;
  }
}

interface Node {
  readonly jars: string;
  readonly ports: readonly [ReservedPort, ReservedPort];
  readonly options: KafkaOptions;
}

async function startNode({ jars, ports, options }: Node): Promise<SupervisedProcess> {
  const { folder } = options;
  const settings = join(folder, 'server.properties');
  writeFileSync(settings, properties(folder, ports[0].port, ports[1].port));
  const java = ['-XX:TieredStopAtLevel=1', ...loggingOptions(folder), '-cp', join(jars, '*')];
  await formatStorage(folder, [...java, 'kafka.tools.StorageTool'], settings);
  const logFile = join(folder, 'kafka.log');
  return supervise(
    {
      name: 'kafka',
      spawn: () => launch(['-Xmx512m', '-Xms128m', '-XX:+UseSerialGC', ...java, 'kafka.Kafka', settings], logFile),
      waitReady: (_child, signal) => waitReady(ports[0].port, signal),
      explain: () => tailOf(logFile),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 20_000,
      readyTimeoutMs: 120_000,
      stage: 0,
    },
    options,
  );
}

async function formatStorage(folder: string, tool: readonly string[], settings: string): Promise<void> {
  if (existsSync(join(folder, 'data', 'meta.properties'))) return;
  const clusterId = randomUUID().replaceAll('-', '').slice(0, 22);
  await run('java', ['-Xmx128m', ...tool, 'format', '--standalone', '-t', clusterId, '-c', settings]);
}

function launch(arguments_: readonly string[], logFile: string): ChildProcess {
  const log = openLog(logFile);
  const child = spawn('java', arguments_, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

function properties(folder: string, port: number, controllerPort: number): string {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'num.partitions': 4,
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 4,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    // Tests join groups all the time: nobody else is about to.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // A broker that was killed is let in again only when the one before it is given up.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function loggingOptions(folder: string): string[] {
  const file = join(folder, 'log4j.properties');
  const lines = ['log4j.rootLogger=WARN, out', 'log4j.appender.out=org.apache.log4j.ConsoleAppender'];
  writeFileSync(file, [...lines, 'log4j.appender.out.layout=org.apache.log4j.SimpleLayout', ''].join('\n'));
  return [`-Dlog4j.configuration=file:${file}`];
}

// A node listens before its broker serves: only when it names itself among the brokers of its cluster do clients find one.
async function waitReady(port: number, signal: AbortSignal): Promise<void> {
  while (!(await namesBroker(port))) await pause(100, undefined, { signal });
}

/** A request of Kafka's protocol: Metadata (3) in version 1, correlation 1, no client id, no topics. */
const METADATA_REQUEST = Buffer.from('0000000e' + '0003' + '0001' + '00000001' + 'ffff' + '00000000', 'hex');
/** The answer has its length, the correlation and then the number of brokers, four bytes each. */
const BROKER_COUNT_AT = 8;

function namesBroker(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2_000 });
    let answer = Buffer.alloc(0);
    const finish = (isNamed: boolean) => {
      socket.destroy();
      resolve(isNamed);
    };
    socket.once('connect', () => socket.write(METADATA_REQUEST));
    socket.on('data', (data) => {
      answer = Buffer.concat([answer, data]);
      if (answer.length >= BROKER_COUNT_AT + 4) finish(answer.readInt32BE(BROKER_COUNT_AT) > 0);
    });
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => finish(false));
  });
}
