import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { DeliveredRecord, ErasureOptions } from '@attune/event-log';
import { userLog } from './user-log';

const NOW = new Date('2026-05-01T12:00:00Z');
const whom = { erasureId: 'e', userId: 'ann', userKey: 'key-of-ann', requestedAt: NOW };

const factorsOf = (keys: readonly string[], learnedTo = NOW): DeliveredRecord => {
  const users = keys.map((key) => ({ key, vector: Buffer.alloc(8) }));
  const update = TOPIC_CODECS.factors.fromPartial({ eventId: 'u', model: { name: 'als' }, learnedTo, users });
  const value = TOPIC_CODECS.factors.encode(update).finish();
  return {
    ...{ topic: TOPICS.factors.name, partition: 0, position: '1', key: 'als', headers: {} },
    value,
    appendedAt: NOW,
  };
};

const exposureOf = (unitId: string, exposedAt = NOW): DeliveredRecord => {
  const exposure = TOPIC_CODECS.exposures.fromPartial({ eventId: 'x', unitId, experimentId: 'ann', exposedAt });
  const value = TOPIC_CODECS.exposures.encode(exposure).finish();
  return {
    ...{ topic: TOPICS.exposures.name, partition: 0, position: '1', key: unitId, headers: {} },
    ...{ value, appendedAt: NOW },
  };
};

/** What is asked of the log for each topic. */
async function asked(): Promise<ReadonlyMap<string, ErasureOptions>> {
  const options = new Map<string, ErasureOptions>();
  const erase = async (topic: string, given: ErasureOptions) => {
    options.set(topic, given);
    return { count: 1 };
  };
  expect(await userLog({ erase }, () => NOW).erase(whom)).toEqual({ count: 7 });
  return options;
}

describe('the records about a user in the log', () => {
  it('are found by the id, and in what models learned by the keyed hash', async () => {
    const options = await asked();
    expect(options.get(TOPICS.interactions.name)).toMatchObject({ mentions: 'ann', key: 'ann' });
    expect(options.get(TOPICS.factors.name)).toMatchObject({ mentions: 'key-of-ann' });
    expect(options.get(TOPICS.factors.name)!.key).toBeUndefined();
    expect([...options.keys()].at(-1)).toBe(TOPICS.erasures.name);
  });

  it('are of what models learned until then those with the user, and no others', async () => {
    const matches = (await asked()).get(TOPICS.factors.name)!.matches!;
    expect(matches(factorsOf(['key-of-ben', 'key-of-ann']))).toBe(true);
    expect(matches(factorsOf(['key-of-ben', 'key-of-annabel']))).toBe(false);
    expect(matches(factorsOf(['key-of-ann'], new Date(NOW.getTime() + 1)))).toBe(false);
  });

  it('are of exposures those of the user until then, and not those of an experiment that is named alike', async () => {
    const { matches, key } = (await asked()).get(TOPICS.exposures.name)!;
    expect(key).toBe('ann');
    expect(matches!(exposureOf('ann'))).toBe(true);
    expect(matches!(exposureOf('ben'))).toBe(false);
    expect(matches!(exposureOf('ann', new Date(NOW.getTime() + 1)))).toBe(false);
  });
});
