import { waiting } from '../../tests/fixtures/a-request';
import { PastVersions } from './past-versions';

const ref = (digest: string) => ({ name: 'engagement', version: '1', digest });

/** A host that opens what it is asked for when the test says so, and notes what was opened and retired. */
function setUp() {
  const opened: string[] = [];
  const retired: string[] = [];
  const gate = Promise.withResolvers<void>();
  const past = new PastVersions({
    openAside: async ({ digest }) => {
      opened.push(digest);
      await gate.promise;
      if (digest === 'gone') throw new Error('no such artifact');
      return { borrow: () => ({ digest }) as never, retire: () => void retired.push(digest) };
    },
  });
  return { past, opened, retired, open: gate.resolve };
}

describe('versions that serve no more', () => {
  it('are loaded once for all who ask, and lent again', async () => {
    const { past, opened, open } = setUp();
    const first = past.borrow(ref('a'), waiting);
    const second = past.borrow(ref('a'), waiting);
    open();
    expect(await first).toEqual({ digest: 'a' });
    expect(await second).toEqual({ digest: 'a' });
    await past.borrow(ref('a'), waiting);
    expect(opened).toEqual(['a']);
    past[Symbol.dispose]();
  });

  it('are two at most: the one that nobody asked for lately ends', async () => {
    const { past, retired, open } = setUp();
    open();
    for (const digest of ['a', 'b', 'a', 'c']) await past.borrow(ref(digest), waiting);
    await Promise.resolve();
    expect(retired).toEqual(['b']);
    past[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(retired.sort()).toEqual(['a', 'b', 'c']);
  });

  it('are tried again after they could not be loaded', async () => {
    const { past, opened, open } = setUp();
    open();
    await expect(past.borrow(ref('gone'), waiting)).rejects.toThrow('no such artifact');
    await expect(past.borrow(ref('gone'), waiting)).rejects.toThrow('no such artifact');
    expect(opened).toEqual(['gone', 'gone']);
  });

  it('are not waited for by whoever gave up', async () => {
    const { past, open } = setUp();
    const abort = new AbortController();
    const borrowing = past.borrow(ref('a'), { signal: abort.signal });
    const patient = past.borrow(ref('a'), waiting);
    abort.abort(new Error('enough'));
    await expect(borrowing).rejects.toThrow('enough');
    open();
    expect(await patient).toEqual({ digest: 'a' });
    past[Symbol.dispose]();
  });
});
