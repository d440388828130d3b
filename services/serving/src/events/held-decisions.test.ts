import type { Decision, ShadowOutcome } from '../domain/decision';
import { HeldDecisions } from './held-decisions';

const aDecision = (decisionId: string, userId = 'ann') => ({ decisionId, userId, shadows: [] }) as unknown as Decision;
const outcome = { overlap: 0.5 } as ShadowOutcome;

function setUp() {
  const published: Decision[] = [];
  const erased: string[] = [];
  const onward = {
    isFull: false,
    publish: (decision: Decision) => published.push(decision) > 0,
    eraseOf: async (userId: string) => erased.push(userId),
    drain: async () => undefined,
  };
  return { held: new HeldDecisions(onward), published, erased };
}

describe('held decisions', () => {
  it('go on at once where nothing is to come', () => {
    const { held, published } = setUp();
    held.publish(aDecision('d1'));
    expect(published).toEqual([aDecision('d1')]);
  });

  it('wait for what the shadows say, and others do not wait for them', async () => {
    const { held, published } = setUp();
    const shadows = Promise.withResolvers<readonly ShadowOutcome[]>();
    held.hold('d1', shadows.promise);
    held.publish(aDecision('d1'));
    held.publish(aDecision('d2'));
    expect(published).toEqual([aDecision('d2')]);
    shadows.resolve([outcome]);
    await held.drain(1_000);
    expect(published[1]).toEqual({ ...aDecision('d1'), shadows: [outcome] });
  });

  it('go on without the shadows where these fail', async () => {
    const { held, published } = setUp();
    held.hold('d1', Promise.reject(new Error('a defect')));
    held.publish(aDecision('d1'));
    await held.drain(1_000);
    expect(published).toEqual([aDecision('d1')]);
  });

  it('are dropped with their user, those of others are not', async () => {
    const { held, published, erased } = setUp();
    const shadows = Promise.withResolvers<readonly ShadowOutcome[]>();
    for (const [id, user] of [
      ['d1', 'ann'],
      ['d2', 'ben'],
    ] as const) {
      held.hold(id, shadows.promise);
      held.publish(aDecision(id, user));
    }
    expect(await held.eraseOf('ann')).toBe(2);
    shadows.resolve([]);
    await held.drain(1_000);
    expect([published.map(({ userId }) => userId), erased]).toEqual([['ben'], ['ann']]);
  });
});
