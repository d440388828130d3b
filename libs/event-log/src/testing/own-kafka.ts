import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cacheFolder, type KafkaServer, startGuardian, startKafka, whyNoKafka } from '@attune/devstack';

/** Kafka's jars are kept here between test runs. */
const cache = () => cacheFolder(resolve(__dirname, '..', '..', '..', '..'), process.env);

/** Why tests against a real Kafka are not to run, or `undefined` when they are. */
export async function whyNotOnKafka(): Promise<string | undefined> {
  if (process.env.ATTUNE_TEST_KAFKA === '1') return undefined;
  return (await whyNoKafka(cache())) ?? 'ATTUNE_TEST_KAFKA is not set to 1';
}

/** A real Apache Kafka of a test file alone, which it may kill; its data goes with it. */
export async function startOwnKafka(): Promise<KafkaServer> {
  await using opened = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'attune-kafka-'));
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const guardian = opened.use(startGuardian());
  const { brokers, process } = opened.use(await startKafka({ guardian, folder, cacheFolder: cache() }));
  const disposal = opened.move();
  return { brokers, process, [Symbol.asyncDispose]: () => disposal.disposeAsync() };
}
