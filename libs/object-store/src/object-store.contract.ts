import { createHash } from 'node:crypto';
import { AppError } from '@attune/errors';
import type { ObjectStore } from './ports';

const bytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** A body of `count` pieces whose bytes depend on their position, so that a lost or swapped piece changes the digest. */
async function* numberedPieces(count: number, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield Buffer.alloc(pieceBytes, index + 1);
}

async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

const HOSTILE_KEYS = [
  ['the empty key', ''],
  ['an absolute path', '/etc/passwd'],
  ['a climb out of the store', '../outside'],
  ['a climb in the middle', 'a/../../outside'],
  ['a climb at the end', 'a/..'],
  ['a dot segment', 'a/./b'],
  ['an empty segment', 'a//b'],
  ['a trailing slash', 'a/'],
  ['a NUL', 'a\0b'],
  ['a backslash', 'a\\b'],
  ['half a surrogate pair', 'a\ud800'],
  ['more than 1024 bytes', 'ä/'.repeat(400).slice(0, -1)],
  ['the folder of unfinished writes', '.tmp/x'],
] as const;

/** What every object store promises. `open` is called before each test and gives an empty store. */
export function objectStoreContract(open: () => Promise<ObjectStore>): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await open();
  });

  it('gives back the bytes that were put, with their size and digest', async () => {
    const body = bytes('a model');
    expect(await store.put('models/m1/graph.onnx', body)).toEqual({ sizeBytes: 7, sha256: sha256(body) });
    expect(Buffer.from(await store.get('models/m1/graph.onnx')).toString()).toBe('a model');
    expect(await store.head('models/m1/graph.onnx')).toEqual({ sizeBytes: 7 });
  });

  it('stores an empty object', async () => {
    expect((await store.put('empty', bytes(''))).sizeBytes).toBe(0);
    expect((await store.get('empty')).byteLength).toBe(0);
  });

  it('stores every byte value as it is', async () => {
    const body = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    await store.put('binary', body);
    expect(sha256(await store.get('binary'))).toBe(sha256(body));
  });

  it('takes keys with blanks, percent signs and letters of any language', async () => {
    const key = 'a b/100%25 + ü/数据?&=#.bin';
    await store.put(key, bytes('x'));
    expect((await store.get(key)).byteLength).toBe(1);
    expect(await keysOf(store, 'a b/')).toEqual([key]);
  });

  it('replaces an object', async () => {
    await store.put('k', bytes('first'));
    await store.put('k', bytes('second'));
    expect(Buffer.from(await store.get('k')).toString()).toBe('second');
  });

  it('stores a stream larger than one part and reads it back piece by piece', async () => {
    const stored = await store.put('large', numberedPieces(41, 1_000_003));
    const sha = await digestOf(numberedPieces(41, 1_000_003));
    expect(stored).toEqual({ sizeBytes: 41 * 1_000_003, sha256: sha });
    expect(await digestOf(store.stream('large'))).toBe(sha);
  });

  it('copies each piece before it asks for the next, so that a caller may reuse its buffer', async () => {
    const shared = Buffer.alloc(2);
    await store.put(
      'reused',
      (async function* () {
        yield shared.fill('a');
        yield shared.fill('b');
      })(),
    );
    expect(Buffer.from(await store.get('reused')).toString()).toBe('aabb');
  });

  it.each([
    ['small', 3],
    ['of several parts', 40],
  ])('shows nothing of a put whose stream fails half way, %s', async (_, megabytes) => {
    await store.put('k', bytes('old'));
    const failing = (async function* () {
      yield* numberedPieces(megabytes, 1_000_000);
      throw Object.assign(new Error('the source broke'), { code: 'ENOSPC' });
    })();
    // the caller's own error, although the same code from the store's disk would be translated
    await expect(store.put('k', failing)).rejects.toMatchObject({ code: 'ENOSPC', message: 'the source broke' });
    expect(Buffer.from(await store.get('k')).toString()).toBe('old');
    expect(await keysOf(store, '')).toEqual(['k']);
  });

  it('gives up a put whose stream is stuck when the caller cancels, and shows nothing of it', async () => {
    const controller = new AbortController();
    const stuck = (async function* () {
      yield bytes('some');
      controller.abort();
      await new Promise<never>(() => undefined);
    })();
    const put = store.put('k', stuck, { signal: controller.signal });
    await expect(put).rejects.toMatchObject({ code: 'cancelled.object' });
    expect(await keysOf(store, '')).toEqual([]);
  });

  it('says not found for get and stream of a missing key', async () => {
    await expect(store.get('none')).rejects.toMatchObject({ code: 'not_found.object' });
    await expect(digestOf(store.stream('none'))).rejects.toMatchObject({ code: 'not_found.object' });
  });

  it('knows no size of a missing key', async () => {
    expect(await store.head('none')).toBeUndefined();
  });

  it('does not take the folder of an object for an object', async () => {
    await store.put('folder/file', bytes('x'));
    expect(await store.head('folder')).toBeUndefined();
    await expect(store.get('folder')).rejects.toMatchObject({ code: 'not_found.object' });
  });

  it('lists by prefix, also one that ends inside a name, in the order of bytes', async () => {
    for (const key of ['b', 'a/z', 'a0', 'a/b/c', 'a/B', 'ä']) await store.put(key, bytes('xy'));
    expect(await keysOf(store, '')).toEqual(['a/B', 'a/b/c', 'a/z', 'a0', 'b', 'ä']);
    expect(await keysOf(store, 'a/')).toEqual(['a/B', 'a/b/c', 'a/z']);
    expect(await keysOf(store, 'a/b')).toEqual(['a/b/c']);
    expect(await keysOf(store, 'nothing/here')).toEqual([]);
  });

  it('lists sizes', async () => {
    await store.put('sized', bytes('four'));
    for await (const object of store.list('sized')) expect(object).toEqual({ key: 'sized', sizeBytes: 4 });
  });

  it('deletes an object, and one that is not there without complaint', async () => {
    await store.put('a/b', bytes('x'));
    await store.delete('a/b');
    await store.delete('a/b');
    expect(await store.head('a/b')).toBeUndefined();
  });

  it('deletes by prefix and says how many', async () => {
    for (const key of ['m/1', 'm/2/x', 'n']) await store.put(key, bytes('x'));
    expect(await store.deletePrefix('m/')).toBe(2);
    expect(await keysOf(store, '')).toEqual(['n']);
  });

  it('refuses to delete everything by an empty prefix', async () => {
    await expect(store.deletePrefix('')).rejects.toMatchObject({ code: 'invalid.object_key' });
  });

  it.each(HOSTILE_KEYS)('refuses %s as a key', async (_, key) => {
    await expect(store.put(key, bytes('x'))).rejects.toBeInstanceOf(AppError);
    await expect(store.get(key)).rejects.toMatchObject({ code: 'invalid.object_key' });
    await expect(store.head(key)).rejects.toMatchObject({ code: 'invalid.object_key' });
    await expect(store.delete(key)).rejects.toMatchObject({ code: 'invalid.object_key' });
  });

  it.each(['../', '/', 'a/../', '..'])('refuses the prefix %j', async (prefix) => {
    await expect(keysOf(store, prefix)).rejects.toMatchObject({ code: 'invalid.object_key' });
  });

  it('leaves one whole object when many write the same key at once', async () => {
    const bodies = Array.from({ length: 10 }, (_, index) => Buffer.alloc(50_000, index));
    await Promise.all(bodies.map((body) => store.put('contended', body)));
    const digest = sha256(await store.get('contended'));
    expect(bodies.map(sha256)).toContain(digest);
  });
}
