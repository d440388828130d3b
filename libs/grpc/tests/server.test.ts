import { AppError } from '@attune/errors';
import { anEcho, startEcho } from './echo-service';

describe('a unary call', () => {
  it('reaches its handler and comes back', async () => {
    await using echo = await startEcho({ say: async ({ text }) => anEcho(text.toUpperCase()) });
    expect(await echo.client.say(anEcho('hello'))).toEqual(anEcho('HELLO'));
  });

  it('brings an error back with its code, violations, metadata, delay and request id', async () => {
    const thrown = new AppError('not_found.policy', 'policy "home" does not exist', {
      violations: [{ field: 'policy', description: 'does not exist' }],
      metadata: { policy: 'home' },
      retryAfterMs: 1_500,
    });
    await using echo = await startEcho({ say: () => Promise.reject(thrown) });
    const error = await echo.client.say(anEcho('x'), { requestId: 'req-1' }).catch((e) => e);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'not_found.policy',
      message: thrown.message,
      violations: thrown.violations,
      metadata: { policy: 'home', requestId: 'req-1' },
      retryAfterMs: 1_500,
    });
  });
});
