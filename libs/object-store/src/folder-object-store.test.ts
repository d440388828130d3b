import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderObjectStore } from './folder-object-store';
import { objectStoreContract } from './object-store.contract';

describe('folder object store', () => {
  const parent = mkdtempSync(join(tmpdir(), 'attune-object-store-'));
  afterAll(() => rmSync(parent, { recursive: true }));
  const aFolder = () => mkdtempSync(join(parent, 'store-'));

  objectStoreContract(async () => new FolderObjectStore(aFolder()));

  it('leaves no temporary file behind, whether a put succeeds or fails', async () => {
    const folder = aFolder();
    const store = new FolderObjectStore(folder);
    await store.put('good', Buffer.from('x'));
    const failing = (async function* () {
      yield Buffer.from('x');
      throw new Error('the source broke');
    })();
    await store.put('bad', failing).catch(() => undefined);
    expect(readdirSync(join(folder, '.tmp'))).toEqual([]);
  });

  it('removes what a crash left in the temporary folder a day ago, and leaves what is being written', () => {
    const folder = aFolder();
    mkdirSync(join(folder, '.tmp'));
    const now = new Date('2026-03-01T12:00:00Z');
    for (const [name, hours] of [
      ['abandoned', 25],
      ['living', 1],
    ] as const) {
      const path = join(folder, '.tmp', name);
      writeFileSync(path, 'x');
      const time = now.getTime() / 1000 - hours * 3600;
      utimesSync(path, time, time);
    }
    new FolderObjectStore(folder, () => now);
    expect(readdirSync(join(folder, '.tmp'))).toEqual(['living']);
  });

  // not part of the contract: the S3 test server sorts folder by folder, and breaks when a folder vanishes under a put
  it('sorts a folder among files by the bytes of whole keys, as S3 does', async () => {
    const store = new FolderObjectStore(aFolder());
    for (const key of ['a/b', 'a-b', 'a0', 'a.b/c']) await store.put(key, Buffer.from('x'));
    const keys: string[] = [];
    for await (const { key } of store.list('a')) keys.push(key);
    expect(keys).toEqual(['a-b', 'a.b/c', 'a/b', 'a0']);
  });

  it('keeps an object that is put while its neighbours are deleted', async () => {
    const store = new FolderObjectStore(aFolder());
    for (let round = 0; round < 20; round += 1) {
      await store.put('shared/old', Buffer.from('x'));
      await Promise.all([store.delete('shared/old'), store.put('shared/new', Buffer.from('y'))]);
      expect(await store.head('shared/new')).toEqual({ sizeBytes: 1 });
      await store.delete('shared/new');
    }
  });

  it('does not list temporary files', async () => {
    const folder = aFolder();
    const store = new FolderObjectStore(folder);
    writeFileSync(join(folder, '.tmp', 'half'), 'x');
    for await (const object of store.list('')) throw new Error(`listed ${object.key}`);
  });

  it('removes folders that a delete leaves empty', async () => {
    const folder = aFolder();
    const store = new FolderObjectStore(folder);
    await store.put('a/b/c', Buffer.from('x'));
    await store.delete('a/b/c');
    expect(readdirSync(folder)).toEqual(['.tmp']);
  });

  it('says that a key is taken by an object when another key would need it as a folder', async () => {
    const store = new FolderObjectStore(aFolder());
    await store.put('a', Buffer.from('x'));
    await expect(store.put('a/b', Buffer.from('x'))).rejects.toMatchObject({ code: 'conflict.object' });
  });

  it('says which folder it cannot use', () => {
    const file = join(parent, 'a-file');
    writeFileSync(file, '');
    expect(() => new FolderObjectStore(file)).toThrow(`cannot use "${file}" as object store`);
  });
});
