import { makeEventIds } from './event-id';

const random = (count: number) => new Uint8Array(count).fill(0xab);
const idsAt = (times: readonly number[]) => {
  let next = 0;
  const newEventId = makeEventIds({ clock: () => new Date(times[next++]!), random });
  return times.map(() => newEventId());
};

describe('makeEventIds', () => {
  it('makes UUIDs of version 7 with the time in front', () => {
    const [id] = idsAt([0x0123456789ab]);
    expect(id).toMatch(/^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('makes each id greater than the one before, within a millisecond and when the clock goes back', () => {
    const ids = idsAt([...new Array<number>(10_000).fill(1_000), 999, 1_001]);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
