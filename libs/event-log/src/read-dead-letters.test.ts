import { AppError } from '@attune/errors';
import { useInfra } from '@attune/testkit';
import { aTopic, collect, textOf, texts } from './contract/harness';
import { type DeliveredRecord, SILENT_LOGGER } from './port';
import {
  type DeadLetterPlace,
  listDeadLetters,
  placeOfDeadLetter,
  readDeadLetters,
  redrivenRecord,
} from './read-dead-letters';
import { RedisStreamsEventLog } from './redis-streams/redis-streams-event-log';

const { redisUrl, namespace } = useInfra();

/** A log with two topics, the records of which were dead-lettered in the order of their texts. */
async function aLogOfDeadLetters(records: readonly string[], headers: Readonly<Record<string, string>> = {}) {
  const log = new RedisStreamsEventLog({ redisUrl, topicPrefix: namespace, clientId: 'test', logger: SILENT_LOGGER });
  const topics = [aTopic(), aTopic()];
  await log.ensureTopics(topics);
  const names = topics.map(({ name }) => name);
  const handle = async (_batch: readonly DeliveredRecord[]) => {
    throw new AppError('invalid.event', 'the event makes no sense');
  };
  const subscriptions = await Promise.all(names.map((topic) => log.subscribe({ topic, group: 'g', handle })));
  for (const [n, text] of records.entries()) {
    await log.append(names[n % 2]!, [{ key: `key ${n % 7}`, value: Buffer.from(text), headers }]);
    await subscriptions[n % 2]!.caughtUp();
  }
  await Promise.all(subscriptions.map((subscription) => subscription[Symbol.asyncDispose]()));
  return { log, names, [Symbol.asyncDispose]: () => log[Symbol.asyncDispose]() };
}

const textsOf = (letters: readonly { readonly value: Uint8Array }[]) =>
  letters.map(({ value }) => Buffer.from(value).toString());

describe('dead letters', () => {
  it('are listed newest first, page by page, without a gap or a repetition', async () => {
    await using t = await aLogOfDeadLetters(texts(40));
    const pages: string[][] = [];
    let after: DeadLetterPlace | undefined;
    do {
      const letters = await listDeadLetters(t.log, { topics: t.names, limit: 9, after });
      pages.push(textsOf(letters));
      after = letters.length === 0 ? undefined : placeOfDeadLetter(letters.at(-1)!);
    } while (after !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([9, 9, 9, 9, 4, 0]);
    expect(pages.flat().sort()).toEqual(texts(40).sort());
    const all = await listDeadLetters(t.log, { topics: t.names, limit: 40 });
    expect(textsOf(all)).toEqual(pages.flat());
    const times = all.map(({ diedAt }) => diedAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('say where the record lay, who could not handle it and why', async () => {
    await using t = await aLogOfDeadLetters(['poison'], { 'event-type': 'like' });
    const [record] = await collect(t.log.read(t.names[0]!, { from: 'start' }));
    const [letter] = await listDeadLetters(t.log, { topics: t.names, limit: 5 });
    expect(letter).toMatchObject({
      ...{ topic: t.names[0], partition: record!.partition, position: record!.position, key: 'key 0' },
      ...{ group: 'g', reason: 'invalid.event: the event makes no sense', attempts: 1 },
      headers: { 'event-type': 'like' },
    });
  });

  it('fill a page with those that are wanted', async () => {
    await using t = await aLogOfDeadLetters(texts(30));
    const keep = async (letters: readonly { readonly value: Uint8Array }[]) =>
      letters.filter(({ value }) => Buffer.from(value).toString().endsWith('3'));
    const letters = await listDeadLetters(t.log, { topics: t.names, limit: 2, keep: keep as never });
    expect(textsOf(letters)).toEqual(['r23', 'r13']);
  });

  it('are appended again as the records that they were, with where they come from', async () => {
    await using t = await aLogOfDeadLetters(['poison'], { 'event-type': 'like' });
    const [letter] = await collectLetters(readDeadLetters(t.log, t.names[0]!));
    await t.log.append(letter!.topic, [redrivenRecord(letter!)]);
    const [before, again] = await collect(t.log.read(t.names[0]!, { from: 'start' }));
    expect([textOf(again!), again!.key, again!.partition]).toEqual(['poison', before!.key, before!.partition]);
    expect({ ...again!.headers }).toEqual({ 'event-type': 'like', 'redriven-from': letter!.id });
  });
});

async function collectLetters<T>(letters: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const letter of letters) all.push(letter);
  return all;
}
