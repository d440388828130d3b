import { AppendQueue } from './append-queue';

describe('AppendQueue', () => {
  it('sends one batch at a time, in the order of the calls', async () => {
    const sent: number[][] = [];
    let inFlight = 0;
    const queue = new AppendQueue<number>(async (items) => {
      inFlight += 1;
      expect(inFlight).toBe(1);
      await new Promise(setImmediate);
      sent.push([...items]);
      inFlight -= 1;
    });
    await Promise.all([1, 2, 3, 4].map((item) => queue.push([item, item])));
    expect(sent).toEqual([
      [1, 1],
      [2, 2, 3, 3, 4, 4],
    ]);
  });

  it('goes on after a batch that failed', async () => {
    const sent: string[] = [];
    const queue = new AppendQueue<string>(async (items) => {
      if (items.includes('bad')) throw new Error('refused');
      sent.push(...items);
    });
    const bad = queue.push(['bad']);
    const good = queue.push(['good']);
    await expect(bad).rejects.toThrow('refused');
    await good;
    expect(sent).toEqual(['good']);
  });
});
