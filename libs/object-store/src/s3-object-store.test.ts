import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { objectStoreContract } from './object-store.contract';
import { openObjectStore } from './open-object-store';

const environment = { ...process.env };
beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER';
});
afterAll(() => {
  process.env = environment;
});

const urlOf = (port: number, folder: string) =>
  `s3://objects/${folder}?endpoint=http://127.0.0.1:${port}&region=us-east-1&forcePathStyle=true`;

describe('S3 object store', () => {
  const directory = mkdtempSync(join(tmpdir(), 'attune-s3rver-'));
  const options = { port: 0, address: '127.0.0.1', silent: true, directory, configureBuckets: [{ name: 'objects' }] };
  const server = new S3rver(options);
  let port = 0;
  let stores = 0;
  beforeAll(async () => {
    port = (await server.run()).port;
  });
  afterAll(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  objectStoreContract(async () => openObjectStore(urlOf(port, `store-${(stores += 1)}`)));

  it('says that the bucket does not exist', async () => {
    const url = `s3://absent?endpoint=http://127.0.0.1:${port}&forcePathStyle=true`;
    await using store = openObjectStore(url);
    await expect(store.put('k', Buffer.from('x'))).rejects.toMatchObject({
      code: 'failed_precondition.object_store',
    });
  });
});

describe('S3 object store whose server fails', () => {
  let server: Server;
  const answering = async (status: number) => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(status).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it.each([
    [503, 'unavailable.object_store'],
    [403, 'permission.object_store'],
  ])('translates status %d', async (status, code) => {
    await using store = openObjectStore(urlOf(await answering(status), 'x'));
    await expect(store.get('k')).rejects.toMatchObject({ code });
  });

  it('says unavailable when nobody listens', async () => {
    const port = await answering(200);
    await new Promise((resolve) => server.close(resolve));
    await using store = openObjectStore(urlOf(port, 'x'));
    await expect(store.get('k')).rejects.toMatchObject({ code: 'unavailable.object_store' });
  });
});
