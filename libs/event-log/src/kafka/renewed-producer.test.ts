import type { Kafka, Producer } from 'kafkajs';
import { RenewedProducer } from './renewed-producer';

/** Producers that note what they are asked, and whose sends end as the test wants. */
function fakeKafka(send: (producer: number, topic: string) => Promise<void>) {
  const events: string[] = [];
  let count = 0;
  const producer = () => {
    const id = ++count;
    const note = async (what: string) => void events.push(`${id} ${what}`);
    return {
      connect: () => note('connects'),
      disconnect: () => note('disconnects'),
      send: ({ topic }: { topic: string }) => note(`sends to ${topic}`).then(() => send(id, topic)),
    } as unknown as Producer;
  };
  return { kafka: { producer } as unknown as Kafka, events };
}

describe('RenewedProducer', () => {
  it('goes on with one producer while its sends succeed', async () => {
    const { kafka, events } = fakeKafka(async () => undefined);
    const producer = new RenewedProducer(kafka);
    await producer.send('a', []);
    await producer.send('a', []);
    await producer.disconnect();
    expect(events).toEqual(['1 connects', '1 sends to a', '1 sends to a', '1 disconnects']);
  });

  it('sends by another producer after a send that failed', async () => {
    const { kafka, events } = fakeKafka(async (id) => {
      if (id === 1) throw new Error('no answer');
    });
    const producer = new RenewedProducer(kafka);
    await expect(producer.send('a', [])).rejects.toThrow('no answer');
    await producer.send('a', []);
    await producer.disconnect();
    expect(events.filter((event) => event.includes('sends'))).toEqual(['1 sends to a', '2 sends to a']);
    expect(events).toContain('1 disconnects');
    expect(events.at(-1)).toBe('2 disconnects');
  });

  it('closes the producer that failed only when its other sends have ended', async () => {
    const slow = Promise.withResolvers<void>();
    const { kafka, events } = fakeKafka((id, topic) => {
      if (topic === 'slow') return slow.promise;
      return id === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve();
    });
    const producer = new RenewedProducer(kafka);
    const sending = producer.send('slow', []);
    await expect(producer.send('a', [])).rejects.toThrow('no answer');
    await producer.send('a', []);
    expect(events).not.toContain('1 disconnects');
    slow.resolve();
    await sending;
    await producer.disconnect();
    expect(events).toContain('1 disconnects');
  });

  it('connects anew at the next send when it could not connect', async () => {
    const { kafka } = fakeKafka(async () => undefined);
    const { producer: make } = kafka;
    let refusals = 1;
    kafka.producer = () => {
      const made = make();
      return refusals-- > 0 ? { ...made, connect: () => Promise.reject(new Error('refused')) } : made;
    };
    const producer = new RenewedProducer(kafka);
    await expect(producer.send('a', [])).rejects.toThrow('refused');
    await producer.send('a', []);
    await producer.disconnect();
  });
});
