import { TOPIC_CODECS } from '@attune/contracts';
import type { EventRecord } from '@attune/event-log';
import type { FactorUpdate, LearnedFactors } from '../domain/factor-update';
import { publishFactors } from './publish-factors';

const NOW = new Date('2026-05-01T12:00:00Z');
const update: FactorUpdate = {
  ...{ updateId: 'u1', ref: { model: 'als', version: 3, digest: 'd' }, state: 'learned' },
  ...{ interactionCount: 1, userCount: 1, itemCount: 1, learnedTo: NOW, createdAt: NOW },
};
const rows = (what: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ key: `${what}-${at}`, vector: new Float32Array(256).fill(at) }));

async function published(learned: LearnedFactors): Promise<readonly EventRecord[]> {
  const records: EventRecord[] = [];
  const append = async (_: string, added: readonly EventRecord[]) => void records.push(...added);
  await publishFactors({ append }).publish(update, learned);
  return records;
}

describe('publishFactors', () => {
  it('puts many rows into records of a bounded size, items first, every row once', async () => {
    const records = await published({ users: rows('user', 1_000), items: rows('item', 300) });
    expect(records.every(({ key, value }) => key === 'als' && value.length <= 256 * 1_024)).toBe(true);
    const decoded = records.map(({ value }) => TOPIC_CODECS.factors.decode(value));
    expect(decoded.map(({ eventId }) => eventId)).toEqual(decoded.map((_, at) => `u1-${at}`));
    expect(decoded[0]).toMatchObject({ model: { name: 'als', version: '3', digest: 'd' }, learnedTo: NOW, users: [] });
    expect(decoded.flatMap(({ items }) => items.map(({ key }) => key))).toEqual(
      rows('item', 300).map(({ key }) => key),
    );
    expect(decoded.flatMap(({ users }) => users.map(({ key }) => key))).toEqual(
      rows('user', 1_000).map(({ key }) => key),
    );
    expect(new Float32Array(Uint8Array.from(decoded.at(-1)!.users.at(-1)!.vector).buffer)[0]).toBe(999);
  });

  it('gives the same bytes for the same round', async () => {
    const learned = { users: rows('user', 3), items: rows('item', 2) };
    expect(await published(learned)).toEqual(await published(learned));
  });

  it('says until when a round learned that changed nobody', async () => {
    const [record, ...others] = await published({ users: [], items: [] });
    expect(others).toEqual([]);
    expect(TOPIC_CODECS.factors.decode(record!.value)).toMatchObject({ learnedTo: NOW, users: [], items: [] });
  });
});
