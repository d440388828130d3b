import { AppError } from '@attune/errors';
import type { KeptUser } from '../user-ports';
import { makeReadUser } from './read-user';

const never = () => new Promise<never>(() => undefined);
const somebody = {} as KeptUser;

function setUp(answer: () => Promise<KeptUser>) {
  let now = 0;
  let asked = 0;
  const read = makeReadUser({
    read: () => {
      asked++;
      return answer();
    },
    patienceMs: 5,
    circuit: { failures: 2, retryMs: 1_000 },
    clock: () => new Date(now),
  });
  const outcome = () =>
    read('ann').then(
      () => 'read',
      (error: AppError) => error.code,
    );
  return { outcome, asked: () => asked, pass: (ms: number) => (now += ms) };
}

describe('reading what is kept of a user', () => {
  it('takes a store that does not answer in time for one that is away', async () => {
    expect(await setUp(never).outcome()).toBe('unavailable.redis');
  });

  it('asks a frozen store only now and then, and the others hear so at once', async () => {
    const { outcome, asked, pass } = setUp(never);
    for (let at = 0; at < 6; at++) expect(await outcome()).toBe('unavailable.redis');
    expect(asked()).toBe(2);
    pass(1_000);
    await outcome();
    expect(asked()).toBe(3);
  });

  it('gives what a store answers, and passes on why it failed', async () => {
    expect(await setUp(async () => somebody).outcome()).toBe('read');
    const failing = () => Promise.reject(new AppError('unavailable.redis', 'closed'));
    expect(await setUp(failing).outcome()).toBe('unavailable.redis');
  });
});
