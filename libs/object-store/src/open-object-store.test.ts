import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openObjectStore } from './open-object-store';

describe('openObjectStore', () => {
  it('opens a folder whose name needs escaping', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'attune-open-'));
    await using store = openObjectStore(pathToFileURL(join(parent, 'with blank % and ü')).href);
    await store.put('k', Buffer.from('x'));
    expect(await store.head('k')).toEqual({ sizeBytes: 1 });
    rmSync(parent, { recursive: true });
  });

  it.each([
    ['not a url', 'expected file:///'],
    ['http://host/bucket', 'expected file:///'],
    ['file://host/folder', 'three slashes'],
    ['file:///', 'root folder'],
    ['file:///folder?region=x', 'takes no parameters'],
    ['s3://', 'bucket name'],
    ['s3://Bad_Bucket/x', 'bucket name'],
    ['s3://bucket/x?regoin=eu', 'unknown parameter "regoin"'],
    ['s3://bucket/x?endpoint=localhost:9000', 'endpoint must be'],
    ['s3://bucket/x?forcePathStyle=yes', 'forcePathStyle must be true or false'],
    ['s3://bucket/../x/%2e%2e/..%2fy', 'object key'],
  ])('refuses %s', (url, problem) => {
    expect(() => openObjectStore(url)).toThrow(problem);
  });

  it('does not repeat credentials that were put into the URL', () => {
    expect(() => openObjectStore('s3://me:hunter2@bucket/x')).toThrow(/credentials belong in/);
    expect(() => openObjectStore('s3://me:hunter2@bucket/x')).not.toThrow(/hunter2/);
  });
});
