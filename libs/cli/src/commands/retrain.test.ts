import { training } from '@attune/contracts';
import { cycleLines } from '../learning/cycle-lines';
import { decisionLines } from '../learning/decision-lines';

const { LearningStage } = training;
const als = training.RetrainingDecision.fromPartial({
  model: 'als',
  reason: 'the last cycle ended without a promotion; not before 2026-11-27 12:30',
  notBefore: new Date('2026-11-27T12:30:00Z'),
  rules: [
    { name: 'new_data', holds: true, reason: '2500 interactions since it learned from 5000' },
    { name: 'backing_off', holds: true, reason: 'the last cycle ended without a promotion' },
  ],
});

it('says of one model what every rule says, and of several a line each', () => {
  const one = decisionLines([als], new Date('2026-11-27T18:00:00Z'));
  expect(one[0]).toMatch(/^als: not now: the last cycle ended/);
  expect(one[1]).toBe('Not before 2026-11-27 12:30 UTC.');
  expect(one.find((line) => line.includes('new_data'))).toMatch(/new_data +for +yes +2500 interactions/);
  expect(one.find((line) => line.includes('backing_off'))).toMatch(/backing_off +against +yes/);
  expect(one.at(-1)).toBe('The next round of decisions is due at 2026-11-27 18:00 UTC.');
  const mf = training.RetrainingDecision.fromPartial({ model: 'mf', retrain: true, reason: 'it is old' });
  expect(decisionLines([als, mf]).at(-1)).toMatch(/^mf +yes +it is old/);
});

it('tells cycles in a line each, or one with its stages and checks', () => {
  const cycle = training.LearningCycle.fromPartial({
    ...{ cycleId: 'c1', model: 'als', stage: LearningStage.REJECTED, reason: 'it is old', outcome: 'latency: slow' },
    ...{ challenger: { version: '3' }, champion: { version: '2' }, failureCount: 2 },
    startedAt: new Date('2026-11-27T12:00:00Z'),
    steps: [{ stage: LearningStage.TRAINING, at: new Date('2026-11-27T12:00:00Z'), reason: 'it is old' }],
    checks: [{ name: 'latency', passed: false, reason: '3.1 times as long' }],
  });
  expect(cycleLines([cycle], { inFull: false })[1]).toMatch(/als +v3 +v2 +rejected +it is old +latency: slow/);
  const full = cycleLines([cycle], { inFull: true });
  expect(full[0]).toBe('als v3 beside v2, cycle c1: rejected');
  expect(full).toContain('2 cycles in a row ended without a promotion');
  expect(full.at(-1)).toMatch(/latency +NO +3\.1 times as long/);
  expect(cycleLines([], { inFull: false })[0]).toMatch(/Nothing was learned/);
});
