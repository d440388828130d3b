import { once } from 'node:events';
import { AppError } from '@attune/errors';
import { status } from '@grpc/grpc-js';
import { anEcho, startEcho } from './echo-service';
import { rawCall } from './raw-call';

const SAY = '/attune.test.v1.EchoService/Say';
const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => new AppError('internal.test', 'the call was meant to fail'),
    (error) => error,
  );

/** A promise to keep a handler waiting, and the way to let it go. */
function aGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

describe('a unary call', () => {
  it('reaches its handler and comes back', async () => {
    await using echo = await startEcho({ say: async ({ text }) => anEcho(text.toUpperCase()) });
    expect(await echo.client.say(anEcho('hello'))).toEqual(anEcho('HELLO'));
  });

  it('carries text in every script', async () => {
    await using echo = await startEcho({ say: async (request) => request });
    expect(await echo.client.say(anEcho('日本 👩‍🚀 \u0000'))).toEqual(anEcho('日本 👩‍🚀 \u0000'));
  });

  it('answers UNIMPLEMENTED with a reason where there is no handler', async () => {
    await using echo = await startEcho({});
    expect(await failureOf(echo.client.say(anEcho('x')))).toMatchObject({ code: 'unimplemented.rpc' });
  });
});

describe('errors', () => {
  it('come back with code, violations, metadata, delay and request id', async () => {
    const thrown = new AppError('not_found.policy', 'policy "home" does not exist', {
      violations: [{ field: 'policy', description: 'does not exist' }],
      metadata: { policy: 'home' },
      retryAfterMs: 1_500,
    });
    await using echo = await startEcho({ say: () => Promise.reject(thrown) });
    expect(await failureOf(echo.client.say(anEcho('x'), { requestId: 'req-1' }))).toMatchObject({
      code: 'not_found.policy',
      message: thrown.message,
      violations: thrown.violations,
      metadata: { policy: 'home', requestId: 'req-1' },
      retryAfterMs: 1_500,
    });
  });

  it('hide an unknown error from the caller and log it with its cause', async () => {
    const secret = new Error('password is hunter2');
    await using echo = await startEcho({ say: () => Promise.reject(secret) });
    const error = await failureOf(echo.client.say(anEcho('x')));
    expect(error.code).toBe('internal.unexpected');
    expect(JSON.stringify([error.message, error.metadata, error.violations])).not.toContain('hunter2');
    expect(echo.logger.records).toMatchObject([{ level: 'error', err: { cause: secret } }]);
  });

  it('are answered even where a handler throws before its first await, or throws what is no error', async () => {
    await using echo = await startEcho({
      say: () => {
        throw null;
      },
    });
    expect(await failureOf(echo.client.say(anEcho('x')))).toMatchObject({ code: 'internal.unexpected' });
  });

  it('are logged with method, code, duration and request id', async () => {
    await using echo = await startEcho({ say: () => Promise.reject(new AppError('not_found.x', 'no x')) });
    await failureOf(echo.client.say(anEcho('x'), { requestId: 'req-2' }));
    expect(echo.logger.records).toEqual([
      expect.objectContaining({
        level: 'info',
        method: 'attune.test.v1.EchoService/Say',
        code: 'not_found.x',
        requestId: 'req-2',
        caller: 'tests',
        durationMs: expect.any(Number),
      }),
    ]);
  });
});

describe('deadlines', () => {
  it('are required of callers inside the fleet', async () => {
    const say = jest.fn(async () => anEcho('x'));
    await using echo = await startEcho({ say });
    const { error } = await rawCall(echo.server.address, { path: SAY, headers: { 'attune-caller': 'serving' } });
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(say).not.toHaveBeenCalled();
  });

  it('are given to callers outside it, and end the work', async () => {
    const aborted = aGate();
    await using echo = await startEcho(
      {
        say: async (_, { signal }) => {
          await once(signal, 'abort');
          aborted.open();
          throw signal.reason;
        },
      },
      { defaultDeadlineMs: 30 },
    );
    const { error } = await rawCall(echo.server.address, { path: SAY });
    expect(error).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await aborted.opened;
  });

  it('abort the signal when they pass', async () => {
    const { promise: reason, resolve } = Promise.withResolvers<unknown>();
    await using echo = await startEcho({
      say: async (_, { signal }) => {
        await once(signal, 'abort');
        resolve(signal.reason);
        throw signal.reason;
      },
    });
    const error = await failureOf(echo.client.say(anEcho('x'), { deadlineMs: 50 }));
    expect(error.code.split('.')[0]).toBe('deadline');
    expect(await reason).toBeInstanceOf(AppError);
  });

  it('reach the handler as a time', async () => {
    await using echo = await startEcho({ say: async (_, { deadline }) => anEcho(deadline.toISOString()) });
    const before = Date.now();
    const { text } = await echo.client.say(anEcho('x'), { deadlineMs: 5_000 });
    expect(Date.parse(text) - before).toBeGreaterThan(4_000);
    expect(Date.parse(text) - before).toBeLessThan(6_000);
  });
});

describe('cancellation', () => {
  it('reaches the handler', async () => {
    const started = aGate();
    const stopped = aGate();
    await using echo = await startEcho({
      say: async (_, { signal }) => {
        started.open();
        await once(signal, 'abort');
        stopped.open();
        throw signal.reason;
      },
    });
    const controller = new AbortController();
    const failure = failureOf(echo.client.say(anEcho('x'), { signal: controller.signal }));
    await started.opened;
    controller.abort();
    expect(await failure).toMatchObject({ code: 'cancelled.call' });
    await stopped.opened;
  });

  it('before the call sends nothing', async () => {
    const say = jest.fn(async () => anEcho('x'));
    await using echo = await startEcho({ say });
    const error = await failureOf(echo.client.say(anEcho('x'), { signal: AbortSignal.abort() }));
    expect(error.code).toBe('cancelled.call');
    expect(say).not.toHaveBeenCalled();
  });
});

describe('request ids', () => {
  it('are taken from the caller, in the handler and in the trailers', async () => {
    await using echo = await startEcho({ say: async (_, { requestId }) => anEcho(requestId) });
    const headers = { 'attune-request-id': 'mine-1' };
    const { bytes, trailers } = await rawCall(echo.server.address, { path: SAY, headers });
    expect(String(bytes)).toContain('mine-1');
    expect(trailers.get('attune-request-id')).toEqual(['mine-1']);
  });

  it('are made where the caller sends none that can be logged', async () => {
    await using echo = await startEcho({ say: async (_, { requestId }) => anEcho(requestId) });
    const headers = { 'attune-request-id': 'x'.repeat(1_000) };
    const { trailers } = await rawCall(echo.server.address, { path: SAY, headers });
    expect(trailers.get('attune-request-id')[0]).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('bad messages', () => {
  it("that are no protobuf are the caller's mistake", async () => {
    await using echo = await startEcho({ say: async (request) => request });
    for (const bytes of [Buffer.from([0x0a, 0xff]), Buffer.from('not protobuf at all'), Buffer.alloc(64, 0xff)]) {
      const { error } = await rawCall(echo.server.address, { path: SAY, bytes });
      expect(error).toMatchObject({ code: status.INVALID_ARGUMENT });
    }
  });

  it('with text that is not UTF-8 do no harm', async () => {
    await using echo = await startEcho({ say: async (request) => request });
    const { error, bytes } = await rawCall(echo.server.address, {
      path: SAY,
      bytes: Buffer.from([0x0a, 2, 0xed, 0xa0]),
    });
    expect(error?.code ?? status.INVALID_ARGUMENT).toBe(status.INVALID_ARGUMENT);
    expect(error !== undefined || bytes !== undefined).toBe(true);
    expect(await echo.client.say(anEcho('still here'))).toEqual(anEcho('still here'));
  });

  it('that are too large are refused by the client that would send them', async () => {
    await using echo = await startEcho({ say: async (request) => request });
    const error = await failureOf(echo.client.say(anEcho('x'.repeat(5_000_000))));
    expect(error).toMatchObject({ code: 'exhausted.call' });
  });

  it('that are too large are refused by the server', async () => {
    await using echo = await startEcho({ say: async (request) => request });
    const { error } = await rawCall(echo.server.address, { path: SAY, bytes: Buffer.alloc(4_200_000) });
    expect(error).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });

  it('are refused as answers too, with what to do', async () => {
    await using echo = await startEcho({ say: async () => anEcho('x'.repeat(5_000_000)) });
    expect(await failureOf(echo.client.say(anEcho('x')))).toMatchObject({ code: 'exhausted.response_size' });
  });
});

describe('a busy server', () => {
  it('lets calls wait for a place, and still tells its health', async () => {
    const gate = aGate();
    const started = aGate();
    await using echo = await startEcho(
      {
        say: async () => {
          started.open();
          await gate.opened;
          return anEcho('done');
        },
      },
      { admission: { maxConcurrent: 1 } },
    );
    const first = echo.client.say(anEcho('x'));
    await started.opened;
    const second = echo.client.say(anEcho('y'));
    expect((await rawCall(echo.server.address, { path: '/grpc.health.v1.Health/Check' })).error).toBeUndefined();
    gate.open();
    expect(await Promise.all([first, second])).toEqual([anEcho('done'), anEcho('done')]);
    expect(echo.server.inFlight).toBe(0);
  });
});
