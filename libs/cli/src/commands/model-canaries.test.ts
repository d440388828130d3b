import { serving } from '@attune/contracts';
import { canaryLines } from './model-canaries';

it('tells how a canary does, and why it was taken back', () => {
  const guardrail = { name: 'errors', canaryRate: 0.5, productionRate: 0.005, canaryCount: 100, productionCount: 900 };
  const lines = canaryLines(
    serving.CanaryState.fromPartial({
      ref: { name: 'als', version: '3', digest: '' },
      share: 0.1,
      verdict: 'rolled_back',
      reason: 'guardrail errors: 50 % degraded slates',
      judgedAt: new Date('2026-11-26T12:00:00Z'),
      guardrails: [{ ...guardrail, leastHarm: 0.3, mostHarm: 0.7, tolerance: 0.01, verdict: 'breached' }],
    }),
  );
  expect(lines[0]).toBe('als v3, 10 % of the users: rolled back at 2026-11-26T12:00:00');
  expect(lines[1]).toBe('because of guardrail errors: 50 % degraded slates');
  expect(lines[3]).toMatch(/^ {2}errors +50 % of 100 +0.5 % of 900 +30 % +70 % +1 % +breached$/);
});
