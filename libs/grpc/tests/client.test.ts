import { AppError } from '@attune/errors';
import { memoryIdempotencyStore, serviceOf, startGrpcServer } from '../src';
import { anEcho, ECHO_RULES, type Echo, EchoService, recordingLogger, startEcho } from './echo-service';

const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => new AppError('internal.test', 'the call was meant to fail'),
    (error) => error,
  );

/** A handler that is unavailable for its first calls. */
function unavailableTimes(times: number) {
  let calls = 0;
  const handler = async (request: Echo) => {
    calls += 1;
    if (calls <= times) throw new AppError('unavailable.postgres', 'PostgreSQL is away');
    return request;
  };
  return Object.assign(handler, { calls: () => calls });
}

describe('retries', () => {
  it('send a read again while the server is unavailable', async () => {
    const say = unavailableTimes(2);
    await using echo = await startEcho({ say });
    expect(await echo.client.say(anEcho('x'))).toEqual(anEcho('x'));
    expect(say.calls()).toBe(3);
  });

  it('stop after four attempts', async () => {
    const say = unavailableTimes(100);
    await using echo = await startEcho({ say });
    expect(await failureOf(echo.client.say(anEcho('x')))).toMatchObject({ code: 'unavailable.postgres' });
    expect(say.calls()).toBe(4);
  });

  it('stop when the deadline would pass before the next attempt', async () => {
    const say = unavailableTimes(100);
    await using echo = await startEcho({ say });
    await failureOf(echo.client.say(anEcho('x'), { deadlineMs: 45 }));
    expect(say.calls()).toBe(1);
  });

  it('are made for nothing but UNAVAILABLE', async () => {
    const say = jest.fn(() => Promise.reject(new AppError('exhausted.calls', 'busy', { retryAfterMs: 1 })));
    await using echo = await startEcho({ say });
    await failureOf(echo.client.say(anEcho('x')));
    expect(say).toHaveBeenCalledTimes(1);
  });

  it('are never made for a call that must happen once', async () => {
    const say = unavailableTimes(100);
    const rules = { ...ECHO_RULES, say: { roles: ['public'], effect: 'once' } } as const;
    await using echo = await startEcho({ say }, { client: { rules } });
    await failureOf(echo.client.say(anEcho('x')));
    expect(say.calls()).toBe(1);
  });

  it('are left to callers that send again themselves', async () => {
    const say = unavailableTimes(100);
    await using echo = await startEcho({ say });
    expect(await failureOf(echo.client.say(anEcho('x'), { resend: false }))).toMatchObject({
      code: 'unavailable.postgres',
    });
    expect(say.calls()).toBe(1);
  });

  it('send a mutating call again under the same request id', async () => {
    const ids: string[] = [];
    const change = unavailableTimes(1);
    await using echo = await startEcho({
      change: (request) => {
        ids.push(request.requestId);
        return change(request);
      },
    });
    await echo.client.change(anEcho('x'));
    expect(ids).toHaveLength(2);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('find a server that was restarted', async () => {
    const handlers = { say: async (request: Echo) => request };
    await using echo = await startEcho(handlers);
    await echo.client.say(anEcho('before'));
    await echo.server.drain(0);
    const service = serviceOf({ definition: EchoService, handlers, rules: ECHO_RULES });
    const restarted = startGrpcServer({ listen: echo.server.address, services: [service], logger: recordingLogger() });
    await using _ = await restarted;
    expect(await echo.client.say(anEcho('after'))).toEqual(anEcho('after'));
  });

  it('are not needed by a call that waits for its server', async () => {
    const handlers = { join: async () => anEcho('joined') };
    await using echo = await startEcho(handlers);
    await echo.server.drain(0);
    async function* nothing(): AsyncGenerator<Echo> {}
    const answer = echo.client.join(nothing(), { waitForReady: true });
    const service = serviceOf({ definition: EchoService, handlers, rules: ECHO_RULES });
    await using _ = await startGrpcServer({
      listen: echo.server.address,
      services: [service],
      logger: recordingLogger(),
    });
    expect(await answer).toEqual(anEcho('joined'));
  });
});

describe('hedging', () => {
  it('takes the answer of the second call when the first is slow', async () => {
    let calls = 0;
    await using echo = await startEcho({
      say: async (request, { signal }) => {
        calls += 1;
        if (calls === 1) await new Promise((end) => signal.addEventListener('abort', end, { once: true }));
        return anEcho(`${request.text}${calls}`);
      },
    });
    expect(await echo.client.say(anEcho('x'), { hedge: { delayMs: 20 } })).toEqual(anEcho('x2'));
  });

  it('does not apply to calls that change something', async () => {
    const change = jest.fn(async (request: Echo) => request);
    await using echo = await startEcho({ change });
    await echo.client.change(anEcho('x'), { hedge: { delayMs: 0, maxAttempts: 3 } });
    expect(change).toHaveBeenCalledTimes(1);
  });
});

describe('a call made for another call', () => {
  const aParent = (leftMs: number, signal = new AbortController().signal) => ({
    signal,
    deadline: new Date(Date.now() + leftMs),
    requestId: 'journey-1',
  });

  it('passes on the request id and a shorter deadline', async () => {
    const { promise: seen, resolve } = Promise.withResolvers<{ id: string; deadline: number }>();
    await using echo = await startEcho({
      say: async (request, { requestId, deadline }) => {
        resolve({ id: requestId, deadline: deadline.getTime() });
        return request;
      },
    });
    const parent = aParent(2_000);
    await echo.client.say(anEcho('x'), { parent, deadlineMs: 60_000 });
    expect((await seen).id).toBe('journey-1');
    // The deadline travels as a duration, so its arrival takes some milliseconds away from the parent's reserve.
    expect((await seen).deadline).toBeLessThanOrEqual(parent.deadline.getTime() + 50);
  });

  it('is not sent when its parent has no time left', async () => {
    const say = jest.fn(async (request: Echo) => request);
    await using echo = await startEcho({ say });
    expect(await failureOf(echo.client.say(anEcho('x'), { parent: aParent(3) }))).toMatchObject({
      code: 'deadline.exceeded',
    });
    expect(say).not.toHaveBeenCalled();
  });

  it("ends with its parent's reason", async () => {
    const controller = new AbortController();
    await using echo = await startEcho({
      say: async (_, { signal }) => {
        controller.abort(new AppError('cancelled.call', 'the user went away'));
        await new Promise((end) => signal.addEventListener('abort', end, { once: true }));
        throw signal.reason;
      },
    });
    const error = await failureOf(echo.client.say(anEcho('x'), { parent: aParent(5_000, controller.signal) }));
    expect(error).toBe(controller.signal.reason);
  });
});

describe('idempotency by request id', () => {
  const counting = () => {
    let count = 0;
    return async (request: Echo) => anEcho(`${request.text} ${(count += 1)}`);
  };
  const idempotent = () => ({
    idempotency: { store: memoryIdempotencyStore(), methods: { change: (request: Echo) => request.requestId } },
  });

  it('answers a call that is sent again like the first', async () => {
    await using echo = await startEcho({ change: counting() }, { service: idempotent() });
    const first = await echo.client.change(anEcho('x', 'id-1'));
    expect(await echo.client.change(anEcho('x', 'id-1'))).toEqual(first);
    expect(await echo.client.change(anEcho('x', 'id-2'))).not.toEqual(first);
  });

  it('refuses the same id with another content', async () => {
    await using echo = await startEcho({ change: counting() }, { service: idempotent() });
    await echo.client.change(anEcho('x', 'id-1'));
    expect(await failureOf(echo.client.change(anEcho('y', 'id-1')))).toMatchObject({
      code: 'invalid.request_id_reused',
    });
  });
});
