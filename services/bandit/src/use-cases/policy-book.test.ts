import { aPolicy } from '../../tests/fixtures/domain';
import type { Policy } from '../domain/policy';
import { PolicyBook } from './policy-book';

/** A store in which a test changes policies, and which counts what is read. */
function aStore() {
  const policies = new Map<string, Policy>();
  const read: string[] = [];
  return {
    policies,
    read,
    versions: async () => new Map([...policies].map(([name, { version }]) => [name, String(version)])),
    getMany: async (names: readonly string[]) => {
      read.push(...names);
      return names.map((name) => ({ policy: policies.get(name)!, states: new Map() }));
    },
  };
}

describe('PolicyBook', () => {
  it('reads only what changed', async () => {
    const store = aStore();
    const book = new PolicyBook(store);
    for (const name of ['a', 'b']) store.policies.set(name, aPolicy({ name }));
    await book.refresh();
    store.policies.set('b', aPolicy({ name: 'b', version: 2 }));
    await book.refresh();
    expect(store.read).toEqual(['a', 'b', 'b']);
    expect((await book.get('b')).policy.version).toBe(2);
  });

  it('finds a policy that was created a moment ago', async () => {
    const store = aStore();
    const book = new PolicyBook(store);
    await book.refresh();
    store.policies.set('a', aPolicy({ name: 'a' }));
    expect((await book.get('a')).policy.name).toBe('a');
    await expect(book.get('c')).rejects.toMatchObject({ code: 'not_found.policy' });
  });

  it('reads twice for however many ask at once, and each of them sees what was there before', async () => {
    const store = aStore();
    let reads = 0;
    const versions = () => {
      reads++;
      return store.versions();
    };
    const book = new PolicyBook({ ...store, versions });
    const first = book.refresh();
    store.policies.set('a', aPolicy({ name: 'a' }));
    await Promise.all([first, ...Array.from({ length: 50 }, () => book.get('a'))]);
    expect(reads).toBe(2);
  });

  it('goes on after a read that failed', async () => {
    const store = aStore();
    let isAway = true;
    const versions = () => (isAway ? Promise.reject(new Error('away')) : store.versions());
    const book = new PolicyBook({ ...store, versions });
    store.policies.set('a', aPolicy({ name: 'a' }));
    await expect(book.refresh()).rejects.toThrow('away');
    isAway = false;
    expect((await book.get('a')).policy.name).toBe('a');
  });
});
