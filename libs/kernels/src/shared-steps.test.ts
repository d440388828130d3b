import { SHARED_WORDS, SharedSteps } from './shared-steps';

function aThread() {
  const words = new Int32Array(new SharedArrayBuffer(SHARED_WORDS * 4));
  return { main: new SharedSteps(words, 1), thread: new SharedSteps(words, 1) };
}

describe('SharedSteps', () => {
  it('gives a step that was begun to a thread once', () => {
    const { main, thread } = aThread();
    expect(thread.take()).toBeUndefined();
    main.begin(2);
    expect(thread.take()).toBe(2);
    expect(thread.take()).toBeUndefined();
    expect(thread.takeSoon()).toBeUndefined();
    main.begin(0);
    expect(thread.takeSoon()).toBe(0);
  });

  it('hands out every block of every phase, in each step anew', () => {
    const { main, thread } = aThread();
    for (const kind of [0, 1]) {
      main.begin(kind);
      thread.take();
      const blocks: number[] = [];
      for (const count of [3, 0, 2]) thread.shareBlocks(count, (block) => blocks.push(block) * 0);
      expect(blocks).toEqual([0, 1, 2, 0, 1]);
    }
  });

  it('answers with the first failure of a phase and leaves the rest of its blocks undone', () => {
    const { main, thread } = aThread();
    main.begin(0);
    thread.take();
    const done: number[] = [];
    const failed = thread.shareBlocks(5, (block) => {
      done.push(block);
      return block === 2 ? 77 : 0;
    });
    expect([failed, done]).toEqual([77, [0, 1, 2]]);
  });
});
