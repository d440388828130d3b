import { aVersion } from '../../../tests/a-version';
import { decideRetraining, failuresThatCount, forced, isUrgent, type RetrainingFacts } from './decide-retraining';
import { enter, type LearningCycle } from './learning-cycle';
import { backOffMs, type LearningSettings } from './learning-settings';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const now = new Date('2026-01-08T12:00:00Z');
const settings: LearningSettings = {
  ...{ everyMs: DAY_MS / 4, maxAgeMs: 7 * DAY_MS, newShare: 0.2, newLeast: 1_000, proofLeast: 100, heldOutShare: 0.2 },
  ...{ historyMs: 0, shadowMs: 0, canaryMs: 0, canaryShare: 0.1, canaryLeastSlates: 0, canaryMaxMs: 0 },
  ...{ backOffMs: 30 * MINUTE_MS, firstModels: ['popularity'] },
};
const production = aVersion(1, { stage: 'production', trainedTo: new Date('2026-01-05T00:00:00Z') });
const decide = (rest: Partial<RetrainingFacts> = {}) =>
  decideRetraining(
    { model: 'als', production, alerts: [], arrivals: { since: 500, before: 10_000 }, ...rest },
    settings,
    now,
  );
const holding = (rest: Partial<RetrainingFacts> = {}) =>
  decide(rest)
    .rules.filter(({ holds }) => holds)
    .map(({ name }) => name);
const alert = {
  ...{ alertId: 'a', model: 'als', kind: 'concept_drift', summary: 'clicks fell' },
  startedAt: new Date('2026-01-08T00:00:00Z'),
};
const cycle: LearningCycle = {
  ...{ cycleId: 'c', model: 'als', stage: 'training', reason: 'r', actor: 'learning', settings: {}, checks: [] },
  ...{ outcome: '', startedAt: now, steps: [{ stage: 'training', at: now, reason: 'r' }], failureCount: 0 },
};

describe('deciding about a model', () => {
  it('leaves a fresh version alone, and says so', () => {
    expect(holding()).toEqual([]);
    expect(decide()).toMatchObject({ retrain: false, reason: 'no rule asks for it' });
  });

  it.each([
    ['an open alert of drift', 'drift_alert', { alerts: [alert] }],
    ['a fifth more interactions than it learned from', 'new_data', { arrivals: { since: 2_000, before: 10_000 } }],
    ['what it learned is old', 'age', { production: { ...production, trainedTo: new Date('2026-01-01T00:00:00Z') } }],
    [
      'somebody whom it learned from was erased',
      'erasure',
      { production: { ...production, retrain: { reason: 'erased', markedAt: now } } },
    ],
  ])('trains again because of %s', (_, name, facts) => {
    expect(holding(facts)).toEqual([name]);
    expect(decide(facts).retrain).toBe(true);
  });

  it('finds new data significant by their share and by their number', () => {
    expect(holding({ arrivals: { since: 1_999, before: 10_000 } })).toEqual([]);
    expect(holding({ arrivals: { since: 999, before: 1_000 } })).toEqual([]);
    expect(holding({ arrivals: { since: 1_000, before: 1_000 } })).toEqual(['new_data']);
  });

  it('goes by what a version says that it learned from where less was counted', () => {
    const learned = { ...production, metrics: { interactions: 50_000 } };
    expect(holding({ production: learned, arrivals: { since: 5_000, before: 10 } })).toEqual([]);
  });

  it.each([
    ['a cycle is under way', 'cycle_running', { lastCycle: cycle }],
    ['a cycle just failed', 'backing_off', { lastCycle: enter(cycle, 'failed', { reason: 'broke', now }) }],
    ['too little came in to prove another one', 'too_little_data', { arrivals: { since: 99, before: 1_000 } }],
  ])('does not train again where %s, whatever speaks for it', (_, name, facts) => {
    const decision = decide({ alerts: [alert], ...facts });
    expect(decision.retrain).toBe(false);
    expect(holding({ alerts: [alert], ...facts })).toEqual(['drift_alert', name]);
    expect(decision.reason).toMatch(/, though concept_drift/);
  });

  it('trains first versions of the models alone that are named', () => {
    const nothing = { production: undefined, arrivals: { since: 0, before: 0 } };
    expect(holding({ ...nothing, model: 'popularity' })).toEqual(['first_version']);
    expect(holding(nothing)).toEqual(['not_in_use']);
  });

  it('waits half an hour after a failure, and twice as long after each further one, up to a day', () => {
    expect([1, 2, 3, 9].map((count) => backOffMs(count, settings) / MINUTE_MS)).toEqual([30, 60, 120, 24 * 60]);
    const twice = enter({ ...cycle, failureCount: 1 }, 'rejected', { reason: 'worse', now });
    expect(decide({ lastCycle: twice }).notBefore).toEqual(new Date(now.getTime() + 60 * MINUTE_MS));
    const good = enter({ ...cycle, failureCount: 3 }, 'promoted', { reason: 'better', now });
    expect(decide({ lastCycle: good, alerts: [alert] })).toMatchObject({ retrain: true });
  });

  it('forgets failures of challengers that learned nothing since an alert began, but for the first pause', () => {
    const failed = enter({ ...cycle, failureCount: 7 }, 'rejected', { reason: 'worse', now });
    const before = { ...failed, heldOutFrom: new Date(alert.startedAt.getTime() - 1) };
    expect(decide({ lastCycle: before, alerts: [alert] }).notBefore).toEqual(new Date(now.getTime() + 30 * MINUTE_MS));
    expect(failuresThatCount({ lastCycle: before, alerts: [alert] })).toBe(0);
    const since = { ...failed, heldOutFrom: new Date(alert.startedAt.getTime() + 1) };
    expect(failuresThatCount({ lastCycle: since, alerts: [alert] })).toBe(8);
  });

  it('need not wait for the schedule where something has just happened', () => {
    expect(isUrgent(decide({ alerts: [alert] }))).toBe(true);
    expect(isUrgent(decide({ production: { ...production, trainedTo: new Date('2025-01-01') } }))).toBe(false);
  });

  it('yields to a caller who insists, but not beside a cycle that is under way', () => {
    expect(forced(decide(), 'to see it')).toMatchObject({ retrain: true, reason: 'asked: to see it' });
    expect(forced(decide({ lastCycle: cycle }), 'again').retrain).toBe(false);
  });
});
