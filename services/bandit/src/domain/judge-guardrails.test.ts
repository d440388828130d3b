import { seededRandom } from '@attune/testkit';
import { aPolicy } from '../../tests/fixtures/domain';
import { judgeGuardrails } from './judge-guardrails';

const policy = aPolicy({ guardrails: [{ interactionType: 'hide', maxRate: 0.1, minSelections: 50 }] });
const seen = (selections: number, hide: number, windowSeconds = 300) => ({
  ...{ arm: 'left', windowSeconds, selections },
  hits: { hide },
});

describe('judgeGuardrails', () => {
  it('holds an arm whose share is beyond what is allowed, and says by how much', () => {
    expect(judgeGuardrails(policy, [seen(100, 40)])).toEqual([
      { arm: 'left', reason: expect.stringContaining('40.0 % of 100 choices within 5 minutes were followed by hide') },
    ]);
  });

  it('holds an arm that went bad just now, though it was sound all day', () => {
    expect(judgeGuardrails(policy, [seen(60, 30), seen(100_000, 500, 86_400)])).toHaveLength(1);
  });

  it.each([
    ['few choices', [seen(49, 49)]],
    ['a share that chance explains', [seen(100, 15)]],
    ['a share that is allowed', [seen(100_000, 9_900)]],
    ['another arm', [{ ...seen(100, 90), arm: 'gone' }]],
    ['nothing', [seen(0, 0)]],
  ])('leaves an arm alone for %s', (_, watched) => {
    expect(judgeGuardrails(policy, watched)).toEqual([]);
  });

  it('leaves arms alone that are held or retired', () => {
    const held = policy.arms.map((arm) => ({ ...arm, restrainedBecause: 'by hand' }));
    const retired = policy.arms.map((arm) => ({ ...arm, isActive: false }));
    for (const arms of [held, retired]) expect(judgeGuardrails({ ...policy, arms }, [seen(100, 90)])).toEqual([]);
  });

  it('holds an arm that just keeps to the limit in few of many looks', () => {
    const random = seededRandom(3);
    const looks = 5_000;
    let held = 0;
    for (let look = 0; look < looks; look++) {
      let hits = 0;
      for (let at = 0; at < 400; at++) hits += random() < 0.1 ? 1 : 0;
      held += judgeGuardrails(policy, [seen(400, hits)]).length;
    }
    // One of a thousand by construction, 5 expected; Wilson's interval is a little liberal for shares of 10 %. 20 would be 6 sigma of that.
    expect(held).toBeLessThan(20);
  });
});
