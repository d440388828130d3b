import { decidedAtMs, decisionIdAt } from '@attune/decision-ids';
import { isInCanary } from '../domain/canary';
import type { CanaryOutcomes } from '../domain/canary-guardrails';
import type { Decision } from '../domain/decision';
import type { CanaryTrial, OutcomeDelta } from '../guardrail-ports';
import type { LoadedModel } from '../model-ports';
import { makeCountCanaryOutcomes } from './count-canary-outcomes';

const ref = { name: 'als', version: '2', digest: 'digest-2' };
const trial: CanaryTrial = { ref, canaryShare: 0.5, since: 5 };
const users = Array.from({ length: 100 }, (_, n) => `user-${n}`);
const inside = users.find((user) => isInCanary(ref, user, 0.5))!;
const outside = users.find((user) => !isInCanary(ref, user, 0.5))!;
const idAt = (ms: number, n = 0) => decisionIdAt(new Date(ms), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, n));
const aDecision = (userId: string, changes: Partial<Decision> = {}) =>
  ({ decisionId: idAt(2_000), userId, degraded: [], latencyMs: 10, ...changes }) as Decision;

function setUp({ canaries = [trial], stage = 'canary' as LoadedModel['stage'] } = {}) {
  const added: [keyof CanaryOutcomes, OutcomeDelta][] = [];
  const clicked = new Set<string>();
  const problems: Error[] = [];
  let begun = 0;
  const counter = makeCountCanaryOutcomes({
    canaries: () => canaries,
    loader: { loaded: () => [{ ref, stage } as LoadedModel] },
    userKeyOf: (userId) => userId,
    clock: () => new Date(1_000),
    counters: {
      begin: async (_, nowMs) => {
        begun++;
        return nowMs;
      },
      add: async (_, side, delta) => {
        const problem = problems.pop();
        if (problem !== undefined) throw problem;
        added.push([side, delta]);
      },
      read: () => Promise.reject(new Error('not read here')),
      isFirstClick: async (decisionId) => clicked.size < clicked.add(decisionId).size,
    },
  });
  return { counter, added, problems, begun: () => begun };
}

describe('counting what becomes of slates', () => {
  it('tells slates of the canary from those of production, with the bad ones', async () => {
    const { counter, added } = setUp();
    counter.slate(aDecision(inside));
    counter.slate(aDecision(inside, { latencyMs: 150, degraded: [{ stage: 's', code: 'c', message: '' }] }));
    counter.slate(aDecision(outside));
    await counter.flush();
    expect(added).toEqual([
      ['canary', { slates: 2, degraded: 1, slow_50: 1, slow_100: 1 }],
      ['production', { slates: 1 }],
    ]);
    await counter.flush();
    expect(added).toHaveLength(2);
  });

  it('counts a slate as clicked once, on the side of its user, and none from before the canary', async () => {
    const { counter, added } = setUp();
    const click = { userId: inside, decisionId: idAt(2_000) };
    await counter.clicks([click, click, { userId: outside, decisionId: idAt(2_000, 1) }]);
    await counter.clicks([
      click,
      { userId: inside, decisionId: idAt(999) },
      { userId: inside, decisionId: 'no id of ours' },
    ]);
    await counter.flush();
    expect(added).toEqual([
      ['canary', { clicked: 1 }],
      ['production', { clicked: 1 }],
    ]);
  });

  it('does nothing where there is no canary, or where this replica could not load it', async () => {
    const none = setUp({ canaries: [] });
    none.counter.slate(aDecision(inside));
    await none.counter.clicks([{ userId: inside, decisionId: idAt(2_000) }]);
    await none.counter.flush();
    const notLoaded = setUp({ stage: 'production' });
    notLoaded.counter.slate(aDecision(inside));
    await notLoaded.counter.flush();
    expect([none.added, none.begun(), notLoaded.added]).toEqual([[], 0, []]);
  });

  it('keeps what the counters could not take, and loses and doubles nothing', async () => {
    const { counter, added, problems } = setUp();
    counter.slate(aDecision(inside));
    counter.slate(aDecision(outside));
    problems.push(new Error('away'));
    await expect(counter.flush()).rejects.toThrow('away');
    counter.slate(aDecision(inside));
    await counter.flush();
    expect(added).toEqual([
      ['production', { slates: 1 }],
      ['canary', { slates: 2 }],
    ]);
  });
});

describe('decidedAtMs', () => {
  it('reads the time of a decision out of its id, and nothing out of other texts', () => {
    expect(decidedAtMs(idAt(1_795_000_000_123))).toBe(1_795_000_000_123);
    expect([decidedAtMs(''), decidedAtMs('d1'), decidedAtMs(`${idAt(1)}x`)]).toEqual([undefined, undefined, undefined]);
  });
});
