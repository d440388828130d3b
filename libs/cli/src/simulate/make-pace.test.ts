import { makePace } from './make-pace';

function paced(speed: number) {
  let nowMs = 5_000;
  const waits: number[] = [];
  const wait = async (ms: number) => {
    waits.push(ms);
    nowMs += ms;
  };
  const pace = makePace({ speed, now: () => nowMs, wait });
  return { pace, waits, pass: (ms: number) => (nowMs += ms) };
}

describe('the pace of a simulation', () => {
  it('passes an hour of sixty speeds in a minute', async () => {
    const { pace, waits } = paced(60);
    await pace({ hour: 1 });
    await pace({ hour: 1.5 });
    expect(waits).toEqual([60_000, 30_000]);
  });

  it('does not wait for what is late already', async () => {
    const { pace, waits, pass } = paced(60);
    pass(90_000);
    await pace({ hour: 1 });
    await pace({ hour: 2 });
    expect(waits).toEqual([30_000]);
  });
});
