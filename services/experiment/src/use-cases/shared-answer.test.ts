import { SharedAnswer } from './shared-answer';

describe('an answer that is shared', () => {
  function asked() {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const answer = new SharedAnswer((signal) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      return promise;
    });
    return { answer, resolve };
  }

  it('is given up when the last who waits has gone, and not before', async () => {
    const { answer } = asked();
    const [one, other] = [new AbortController(), new AbortController()];
    const answers = Promise.allSettled([answer.join(one.signal), answer.join(other.signal)]);
    one.abort(new Error('one has gone'));
    expect(answer.isAbandoned).toBe(false);
    other.abort(new Error('the other has gone'));
    expect(answer.isAbandoned).toBe(true);
    expect(await answers).toMatchObject([{ status: 'rejected' }, { reason: new Error('the other has gone') }]);
  });

  it('stays when those who had it go', async () => {
    const { answer, resolve } = asked();
    const one = new AbortController();
    const first = answer.join(one.signal);
    resolve(7);
    expect(await first).toBe(7);
    one.abort();
    expect(answer.isAbandoned).toBe(false);
    expect(await answer.join(new AbortController().signal)).toBe(7);
  });

  it('is not worked for where the only one who asks has gone already', () => {
    const { answer } = asked();
    answer.join(AbortSignal.abort(new Error('gone'))).catch(() => undefined);
    expect(answer.isAbandoned).toBe(true);
  });
});
