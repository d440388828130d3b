import { memoryIdempotencyStore } from './idempotency';

const aKey = (change: object = {}) => ({ method: '/test/Change', requestId: 'r1', requestHash: 'h1', ...change });
const answering = (text: string) => jest.fn(async () => Buffer.from(text));

describe('the idempotency store in memory', () => {
  it('answers the second call like the first without running it', async () => {
    const store = memoryIdempotencyStore();
    await store.run(aKey(), answering('first'));
    const second = answering('second');
    expect(String(await store.run(aKey(), second))).toBe('first');
    expect(second).not.toHaveBeenCalled();
  });

  it('runs a call once when it comes twice at the same time', async () => {
    const store = memoryIdempotencyStore();
    const execute = answering('once');
    await Promise.all([store.run(aKey(), execute), store.run(aKey(), execute)]);
    expect(execute).toHaveBeenCalledTimes(1);
  });

  it('refuses the same id with another request', async () => {
    const store = memoryIdempotencyStore();
    await store.run(aKey(), answering('first'));
    await expect(store.run(aKey({ requestHash: 'h2' }), answering('x'))).rejects.toMatchObject({
      code: 'invalid.request_id_reused',
    });
  });

  it('forgets a failure, so that the call can be tried again', async () => {
    const store = memoryIdempotencyStore();
    await store.run(aKey(), () => Promise.reject(new Error('down'))).catch(() => undefined);
    expect(String(await store.run(aKey(), answering('up')))).toBe('up');
  });

  it('keeps ids of different methods apart', async () => {
    const store = memoryIdempotencyStore();
    await store.run(aKey(), answering('first'));
    expect(String(await store.run(aKey({ method: '/test/Other' }), answering('other')))).toBe('other');
  });
});
