import type { KeptSpan } from '../domain/traces/kept-span';
import { makeTakeInSpans } from './take-in-spans';

const span: KeptSpan = {
  ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'read', service: 'serving', kind: 'internal' },
  ...{ startedAtMs: 1, durationMs: 2, attributes: {}, hasFailed: false },
};

/** A store that holds every write until it is told how it ends. */
function heldStore() {
  const held: { end: () => void; fail: (error: Error) => void }[] = [];
  const add = () => new Promise<void>((end, fail) => held.push({ end, fail }));
  return { held, add };
}

describe('spans that come in', () => {
  it('are written a few batches at a time, the others in their turn', async () => {
    const spans = heldStore();
    const takeIn = makeTakeInSpans({ spans, hide: (_, value) => value, atOnce: 2 });
    const all = [takeIn([span]), takeIn([span]), takeIn([span]), takeIn([span])];
    await Promise.resolve();
    expect(spans.held).toHaveLength(2);
    spans.held[0]!.end();
    await all[0];
    // microtasks of whoever waited
    await new Promise(setImmediate);
    expect(spans.held).toHaveLength(3);
    spans.held[1]!.fail(new Error('no disk'));
    await expect(all[1]).rejects.toThrow('no disk');
    await new Promise(setImmediate);
    expect(spans.held).toHaveLength(4);
    for (const { end } of spans.held) end();
    await Promise.all([all[2], all[3]]);
    const late = takeIn([span]);
    await Promise.resolve();
    expect(spans.held).toHaveLength(5);
    spans.held[4]!.end();
    await late;
  });
});
