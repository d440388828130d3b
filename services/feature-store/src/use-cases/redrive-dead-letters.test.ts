import type { DeadLetter, DeadLetters } from '../dead-letter-ports';
import { makeRedriveDeadLetters } from './redrive-dead-letters';

const TOPIC = 'interactions.v1';

const aLetter = (key: string): DeadLetter => ({
  ...{ id: `${TOPIC}/0/${key}`, topic: TOPIC, partition: 0, position: '1', group: 'g', reason: 'r', attempts: 1 },
  ...{ diedAt: new Date(1_000), key, value: new Uint8Array(), headers: {} },
});

/** Two letters, and somebody who is forgotten after they were read. */
function aRedrive() {
  const appended: string[] = [];
  let isForgotten = false;
  const deadLetters: DeadLetters = {
    topics: [TOPIC],
    list: async () => [],
    placeOf: () => [],
    read: async function* () {
      yield aLetter('ada');
      yield aLetter('ben');
    },
    topicOf: () => TOPIC,
    isKeyedByUser: () => true,
    append: async (_topic, letters) => void appended.push(...letters.map(({ key }) => key)),
  };
  const redrive = makeRedriveDeadLetters({
    deadLetters,
    redriven: {
      redrivenAt: async () => new Map(),
      once: async (ids, append) => {
        await append(new Set(ids));
        return ids.length;
      },
    },
    forgotten: {
      refresh: async () => {
        isForgotten = true;
      },
      count: 0,
      since: () => [],
      covers: (userId, atMs) => isForgotten && userId === 'ada' && atMs <= 2_000,
    },
  });
  return { redrive, appended };
}

it('appends no dead letter of a user who was forgotten since it was read', async () => {
  const { redrive, appended } = aRedrive();
  expect(await redrive({ ids: [], topic: TOPIC })).toEqual({ redrivenCount: 1, alreadyRedrivenCount: 0 });
  expect(appended).toEqual(['ben']);
});
