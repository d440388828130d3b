import { AppError } from '@attune/errors';
import type { CallContext } from '../src';
import { anEcho, type Echo, startEcho } from './echo-service';

async function* echoesOf(...texts: string[]): AsyncGenerator<Echo> {
  for (const text of texts) yield anEcho(text);
}

async function collect(messages: AsyncIterable<Echo>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of messages) texts.push(text);
  return texts;
}

const failureOf = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => new AppError('internal.test', 'the call was meant to fail'),
    (error) => error,
  );

describe('a stream of answers', () => {
  it('arrives whole and in order', async () => {
    const texts = Array.from({ length: 2_000 }, (_, i) => `${i}`.padEnd(200));
    await using echo = await startEcho({ repeat: () => echoesOf(...texts) });
    expect(await collect(echo.client.repeat(anEcho('x')))).toEqual(texts);
  });

  it("ends with the handler's error after the messages before it", async () => {
    await using echo = await startEcho({
      repeat: async function* () {
        yield anEcho('one');
        throw new AppError('failed_precondition.no_model', 'nothing is trained yet');
      },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { text } of echo.client.repeat(anEcho('x'))) seen.push(text);
    })();
    expect(await failureOf(reading)).toMatchObject({ code: 'failed_precondition.no_model' });
    expect(seen).toEqual(['one']);
  });

  it('is asked for no more than the reader takes', async () => {
    let made = 0;
    await using echo = await startEcho({
      repeat: async function* () {
        for (; made < 100_000; made += 1) yield anEcho('x'.repeat(10_000));
      },
    });
    for await (const _ of echo.client.repeat(anEcho('x'))) break;
    expect(made).toBeLessThan(1_000);
  });

  it('stops its handler when the reader leaves the loop, even while the handler waits', async () => {
    const { promise: stopped, resolve } = Promise.withResolvers<unknown>();
    await using echo = await startEcho({
      repeat: async function* (_: Echo, { signal }: CallContext) {
        yield anEcho('first');
        await new Promise((end) => signal.addEventListener('abort', end, { once: true }));
        resolve(signal.reason);
      },
    });
    for await (const _ of echo.client.repeat(anEcho('x'))) break;
    expect(await stopped).toMatchObject({ code: 'cancelled.call' });
  });

  it('ends at the deadline although its handler never looks at the signal', async () => {
    await using echo = await startEcho({
      repeat: async function* () {
        yield anEcho('first');
        await new Promise(() => undefined);
      },
    });
    const error = await failureOf(collect(echo.client.repeat(anEcho('x'), { deadlineMs: 100 })));
    expect(error.code.split('.')[0]).toBe('deadline');
  });

  it('answers UNIMPLEMENTED where there is no handler', async () => {
    await using echo = await startEcho({});
    expect(await failureOf(collect(echo.client.repeat(anEcho('x'))))).toMatchObject({ code: 'unimplemented.rpc' });
  });
});

describe('a stream of requests', () => {
  it('reaches the handler whole and in order', async () => {
    const texts = Array.from({ length: 2_000 }, (_, i) => `${i}`.padEnd(200));
    await using echo = await startEcho({ join: async (requests) => anEcho((await collect(requests)).join('')) });
    expect(await echo.client.join(echoesOf(...texts))).toEqual(anEcho(texts.join('')));
  });

  it('may be answered before it has ended', async () => {
    let sent = 0;
    async function* endless() {
      for (; ; sent += 1) yield anEcho('x'.repeat(10_000));
    }
    await using echo = await startEcho({
      join: async (requests) => {
        for await (const { text } of requests) return anEcho(`${text.length}`);
        return anEcho('none');
      },
    });
    expect(await echo.client.join(endless())).toEqual(anEcho('10000'));
    expect(sent).toBeLessThan(10_000);
  });

  it('fails with the error of its own input', async () => {
    async function* broken() {
      yield anEcho('one');
      throw new Error('the file ended in the middle of a line');
    }
    await using echo = await startEcho({ join: async (requests) => anEcho((await collect(requests)).join('')) });
    expect(await failureOf(echo.client.join(broken()))).toMatchObject({
      message: 'the file ended in the middle of a line',
    });
  });

  it("brings the handler's refusal back while messages still flow", async () => {
    await using echo = await startEcho({
      join: async (requests) => {
        for await (const _ of requests)
          throw new AppError('invalid.request', 'no', { violations: [{ field: 'text', description: 'is bad' }] });
        return anEcho('');
      },
    });
    async function* endless() {
      for (;;) yield anEcho('x'.repeat(10_000));
    }
    expect(await failureOf(echo.client.join(endless()))).toMatchObject({ violations: [{ field: 'text' }] });
  });
});
