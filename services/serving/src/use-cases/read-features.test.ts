import { AppError } from '@attune/errors';
import { waiting } from '../../tests/fixtures/a-request';
import { emptyTable } from '../domain/feature-table';
import { makeReadFeatures } from './read-features';

const question = { userId: 'ann', itemIds: ['a'], userFeatures: [], itemFeatures: [] };
const answer = { user: [], items: emptyTable([]) };

function setUp() {
  let now = 0;
  let asked = 0;
  let isDown = true;
  const { read } = makeReadFeatures({
    reader: {
      read: async () => {
        asked++;
        if (isDown) throw new AppError('unavailable.peer', 'away');
        return answer;
      },
    },
    circuit: { failures: 3, retryMs: 1_000 },
    clock: () => new Date(now),
  });
  const outcome = (how = waiting) =>
    read(question, how).then(
      () => 'read',
      (error: AppError) => error.code,
    );
  return { outcome, asked: () => asked, pass: (ms: number) => (now += ms), comesBack: () => (isDown = false) };
}

describe('reading features', () => {
  it('asks a feature-store that failed three times only once a second, and the others hear so at once', async () => {
    const { outcome, asked, pass } = setUp();
    for (let at = 0; at < 10; at++) await outcome();
    expect(asked()).toBe(3);
    expect(await outcome()).toBe('unavailable.feature_store');
    pass(1_000);
    await outcome();
    await outcome();
    expect(asked()).toBe(4);
  });

  it('asks each time again as soon as it has answered', async () => {
    const { outcome, pass, comesBack } = setUp();
    for (let at = 0; at < 5; at++) await outcome();
    comesBack();
    pass(1_000);
    expect([await outcome(), await outcome()]).toEqual(['read', 'read']);
  });

  it('does not hold callers that went away against it', async () => {
    const { outcome, asked } = setUp();
    const signal = AbortSignal.abort(new AppError('cancelled.call', 'gone'));
    for (let at = 0; at < 10; at++) await outcome({ signal });
    expect(asked()).toBe(10);
  });
});
