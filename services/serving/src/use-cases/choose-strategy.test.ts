import { AppError } from '@attune/errors';
import { seededRandom } from '@attune/testkit';
import { HOME } from '../domain/built-in-surfaces';
import { STRATEGIES, type Surface } from '../domain/surface';
import { type BanditChoice, makeAskPolicy } from './ask-policy';
import { makeChooseStrategy } from './choose-strategy';

const waiting = { signal: new AbortController().signal };
const strategies = { hybrid: 0.5, rule_based: 0.3, content_based: 0.2, popularity_based: 0 };
const plain: Surface = { ...HOME, strategies };
const withPolicy: Surface = { ...plain, policy: 'home-feed' };
const ask = (surface: Surface, draw = 0) => ({
  surface,
  userId: 'ann',
  decisionId: 'slate-1',
  context: [{ name: 'activity', score: 0.5 }],
  draw,
});

function setUp(answer: () => Promise<Omit<BanditChoice, 'probabilities'>>) {
  const time = { ms: 0 };
  const asked: { readonly policy: string; readonly eligibleArms: readonly string[] }[] = [];
  const askPolicy = makeAskPolicy({
    bandit: {
      select: async (question) => {
        asked.push(question);
        return { ...(await answer()), probabilities: [] };
      },
    },
    circuit: { failures: 3, retryMs: 5_000 },
    clock: () => new Date(time.ms),
  });
  const chooser = makeChooseStrategy({ askPolicy });
  return { chooser, asked, time };
}

const away = () => Promise.reject(new AppError('unavailable.bandit', 'away'));

describe('choosing by the probabilities of a surface', () => {
  const { chooser, asked } = setUp(away);

  it('draws each strategy as often as its probability says, says so, and asks nobody', async () => {
    const random = seededRandom(7);
    const count = 20_000;
    const drawn: Record<string, number> = {};
    for (let round = 0; round < count; round++) {
      const { strategy, propensity, chosenBy } = await chooser.choose(ask(plain, random()), waiting);
      expect([propensity, chosenBy]).toEqual([strategies[strategy as keyof typeof strategies], 'surface']);
      drawn[strategy] = (drawn[strategy] ?? 0) + 1;
    }
    expect(asked).toEqual([]);
    expect(Object.keys(drawn).sort()).toEqual(['content_based', 'hybrid', 'rule_based']);
    // five standard errors of a share of one half
    for (const [strategy, times] of Object.entries(drawn))
      expect(Math.abs(times / count - strategies[strategy as keyof typeof strategies])).toBeLessThan(0.018);
  });

  it('has probabilities that add up to 1 although those of the surface miss it by a rounding error', () => {
    const surface = { ...plain, strategies: { hybrid: 0.3, rule_based: 0.6999995 } };
    const [first, last] = [chooser.fallback(ask(surface, 0)), chooser.fallback(ask(surface, 1 - 2 ** -53))];
    expect([first.strategy, last.strategy]).toEqual(['hybrid', 'rule_based']);
    expect(first.propensity + last.propensity).toBeCloseTo(1, 12);
  });

  it('never draws what has no probability', () => {
    for (const draw of [0, 0.5, 0.999999])
      expect(chooser.fallback(ask(plain, draw)).strategy).not.toBe('popularity_based');
  });
});

describe('choosing for those on whom nothing may be tried', () => {
  it.each([
    [strategies, 'hybrid'],
    [{ rule_based: 0.2, content_based: 0.8 }, 'content_based'],
    [{ hybrid: 0.5, neural_cf: 0.5 }, 'neural_cf'],
  ] as const)('takes the most probable of %j, and leaves nothing to chance', (probabilities, strategy) => {
    const surface = { ...withPolicy, strategies: probabilities };
    const { chooser, asked } = setUp(away);
    expect(chooser.mostProbable(surface)).toEqual({ strategy, propensity: 1, chosenBy: 'consent' });
    expect(asked).toEqual([]);
  });
});

describe('choosing by a policy', () => {
  it('takes the arm and the propensity of the bandit, among all strategies: its arms say which it knows', async () => {
    const { chooser, asked } = setUp(async () => ({ arm: 'popularity_based', propensity: 0.1 }));
    expect(await chooser.choose(ask(withPolicy), waiting)).toEqual({
      strategy: 'popularity_based',
      propensity: 0.1,
      chosenBy: 'policy:home-feed',
      policyContext: [{ name: 'activity', score: 0.5 }],
    });
    const about = { context: [0.5], decisionId: 'slate-1', userId: 'ann' };
    expect(asked).toMatchObject([{ policy: 'home-feed', eligibleArms: STRATEGIES, ...about }]);
  });

  it.each([
    [{ arm: 'runners_up', propensity: 0.5 }, /"runners_up", which is no strategy/],
    [{ arm: 'toString', propensity: 0.5 }, /no strategy: there are .*hybrid/],
    [{ arm: 'hybrid', propensity: 0 }, /probability of 0/],
    [{ arm: 'hybrid', propensity: 1.5 }, /probability of 1.5/],
    [{ arm: 'hybrid', propensity: Number.NaN }, /probability of NaN/],
  ])('refuses the answer %j', async (answer, message) => {
    await expect(setUp(async () => answer).chooser.choose(ask(withPolicy), waiting)).rejects.toThrow(message);
  });

  it('says that its fallback is one', () => {
    expect(setUp(away).chooser.fallback(ask(withPolicy, 0.5))).toEqual({
      strategy: 'hybrid',
      propensity: 0.5,
      chosenBy: 'fallback',
    });
  });
});

describe('a bandit that is down', () => {
  const failing = async (chooser: ReturnType<typeof setUp>['chooser'], times: number, surface = withPolicy) => {
    for (let time = 0; time < times; time++)
      await expect(chooser.choose(ask(surface), waiting)).rejects.toMatchObject({ code: 'unavailable.bandit' });
  };

  it('is asked three times, then once in five seconds', async () => {
    const { chooser, asked, time } = setUp(away);
    await failing(chooser, 100);
    expect(asked).toHaveLength(3);
    time.ms = 5_000;
    await failing(chooser, 100);
    expect(asked).toHaveLength(4);
  });

  it('is asked every time again once it has answered', async () => {
    let isBack = false;
    const { chooser, asked, time } = setUp(() => (isBack ? Promise.resolve({ arm: 'hybrid', propensity: 1 }) : away()));
    await failing(chooser, 10);
    isBack = true;
    time.ms = 5_000;
    for (let round = 0; round < 10; round++) await chooser.choose(ask(withPolicy), waiting);
    expect(asked).toHaveLength(13);
  });

  it('does not keep other policies from being asked', async () => {
    const { chooser, asked } = setUp(away);
    await failing(chooser, 10);
    await failing(chooser, 1, { ...withPolicy, policy: 'other' });
    expect(asked.at(-1)).toMatchObject({ policy: 'other' });
  });

  it('is not blamed for callers that went away, and is for its own lateness', async () => {
    const { chooser, asked } = setUp(() => Promise.reject(new AppError('cancelled.call', 'cancelled')));
    const stopped = (code: 'cancelled.call' | 'deadline.hydrator') => ({
      signal: AbortSignal.abort(new AppError(code, '')),
    });
    for (let round = 0; round < 5; round++)
      await expect(chooser.choose(ask(withPolicy), stopped('cancelled.call'))).rejects.toThrow();
    expect(asked).toHaveLength(5);
    for (let round = 0; round < 5; round++)
      await expect(chooser.choose(ask(withPolicy), stopped('deadline.hydrator'))).rejects.toThrow();
    expect(asked).toHaveLength(8);
  });
});
