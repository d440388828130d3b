import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** The last line of Kafka that kafkajs's protocol versions are known to work with, and that runs on Java 17. */
const KAFKA_VERSION = '3.9.1';
const LEAST_JAVA = 17;

/** Why a Kafka cannot be started on this machine, or `undefined` when it can. */
export async function whyNoKafka(cacheFolder: string): Promise<string | undefined> {
  const java = await run('java', ['-version']).catch(() => undefined);
  const major = Number(/version "(\d+)/.exec(java?.stderr ?? '')?.[1] ?? 0);
  if (major < LEAST_JAVA) return `Java ${LEAST_JAVA} or later is not installed`;
  if (existsSync(folderIn(cacheFolder))) return undefined;
  const maven = await run('mvn', ['-version']).catch(() => undefined);
  return maven === undefined ? 'Maven is not installed' : undefined;
}

/**
 * Kafka's jars, downloaded by Maven once per machine. Their folder appears whole or not at all: two processes may download side by
 * side, and the first to finish wins.
 */
export async function kafkaJars(cacheFolder: string): Promise<string> {
  const folder = folderIn(cacheFolder);
  if (existsSync(folder)) return folder;
  const staging = `${folder}.${randomUUID()}`;
  await mkdir(staging, { recursive: true });
  try {
    await writeFile(join(staging, 'pom.xml'), POM);
    const goal = ['-q', '-B', '-f', join(staging, 'pom.xml'), 'dependency:copy-dependencies'];
    await run('mvn', [...goal, `-DoutputDirectory=${join(staging, 'jars')}`], { maxBuffer: 16 * 1024 * 1024 });
    await rename(join(staging, 'jars'), folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

function folderIn(cacheFolder: string): string {
  return join(cacheFolder, `kafka-${KAFKA_VERSION}`);
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>attune.test</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
  </dependency></dependencies>
</project>
`;
