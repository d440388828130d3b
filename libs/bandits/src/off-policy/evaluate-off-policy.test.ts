import { aLog } from '../../tests/logs';
import { ESTIMATORS } from './estimators';
import { evaluateOffPolicy, type OffPolicyReport } from './evaluate-off-policy';
import { tableTarget, uniformTarget } from './logged-decisions';

const RATES = [0.1, 0.2, 0.3, 0.4];
const LOGGED = [0.4, 0.3, 0.2, 0.1];
const log = aLog({ rates: RATES, probabilities: LOGGED, rows: 4_000, seed: 1 });
const codesOf = (report: OffPolicyReport) =>
  report.estimates.map((found) => (found.status === 'refused' ? found.code : found.status));

describe('evaluateOffPolicy', () => {
  it('has intervals that hold the truth in 94 of 100 logs, for every estimator', () => {
    const runs = 200;
    const covered = new Map(ESTIMATORS.map((name) => [name, 0]));
    for (let seed = 1; seed <= runs; seed++) {
      const drawn = aLog({ rates: RATES, probabilities: LOGGED, rows: 800, seed });
      for (const found of evaluateOffPolicy({ log: drawn, target: uniformTarget(4) }).estimates) {
        if (found.status === 'estimated' && found.low <= 0.25 && 0.25 <= found.high) {
          covered.set(found.estimator, covered.get(found.estimator)! + 1);
        }
      }
    }
    // 95 % of 200, less two standard errors of 1.5 %
    for (const count of covered.values()) expect(count / runs).toBeGreaterThan(0.92);
  });

  it('tells what the log knows: rows, mean, weights', () => {
    const report = evaluateOffPolicy({ log, target: uniformTarget(4), estimators: ['snips'] });
    expect(report).toMatchObject({ rows: 4_000, largestWeight: 2.5, unsupportedMass: 0 });
    expect(report.meanWeight).toBeCloseTo(1, 1);
    // Kish: 4,000 / E[w^2], and E[w^2] is the mean of 0.25 / p = 1.302
    expect(Math.abs(report.effectiveSampleSize / (4_000 / 1.302) - 1)).toBeLessThan(0.05);
    expect(report.estimates).toEqual([expect.objectContaining({ estimator: 'snips', status: 'estimated' })]);
  });

  it('is the mean with IPS and SNIPS where the target is the policy that wrote the log', () => {
    const target = tableTarget(log, Float64Array.from(LOGGED));
    const { loggedMean, estimates } = evaluateOffPolicy({ log, target, estimators: ['ips', 'snips'] });
    for (const found of estimates) expect(found).toMatchObject({ value: expect.closeTo(loggedMean, 12) });
  });

  it('knows a target by its position', () => {
    const placed = aLog({ rates: RATES, probabilities: LOGGED, rows: 8_000, seed: 3, positions: 2 });
    const target = tableTarget(placed, Float64Array.of(1, 0, 0, 0, 0, 0, 1, 0));
    const { estimates } = evaluateOffPolicy({ log: placed, target });
    for (const found of estimates) {
      // half of 0.1 and half of 0.3
      expect(found).toMatchObject({ status: 'estimated' });
      expect((found as { value: number }).value).toBeCloseTo(0.2, 1);
    }
  });

  it('refuses where the target chooses what the log never shows', () => {
    const wider = { ...log, actionCount: 5 };
    const target = tableTarget(wider, Float64Array.of(0, 0, 0, 0, 1));
    const report = evaluateOffPolicy({ log: wider, target });
    expect(new Set(codesOf(report))).toEqual(new Set(['no_support']));
    expect(report.estimates[0]).toMatchObject({ reason: expect.stringContaining('100.0 %') });
  });

  it('refuses where the propensities cannot be those of the choices', () => {
    const propensities = log.propensities.map((propensity) => propensity / 2);
    const report = evaluateOffPolicy({ log: { ...log, propensities }, target: uniformTarget(4) });
    expect(new Set(codesOf(report))).toEqual(new Set(['wrong_weights']));
  });

  it('refuses a small log, one without rewards, and heavy weights on rare rewards', () => {
    const small = aLog({ rates: RATES, probabilities: LOGGED, rows: 60, seed: 1 });
    expect(codesOf(evaluateOffPolicy({ log: small, target: uniformTarget(4) }))[0]).toBe('small_sample');
    const poor = { ...log, rewards: log.rewards.map((_, row) => (row < 3 ? 1 : 0)) };
    expect(codesOf(evaluateOffPolicy({ log: poor, target: uniformTarget(4) }))[0]).toBe('few_rewards');
    const rare = aLog({ rates: [0.01, 0.01], probabilities: [0.98, 0.02], rows: 3_000, seed: 4 });
    expect(codesOf(evaluateOffPolicy({ log: rare, target: uniformTarget(2) }))[0]).toBe('few_terms');
  });

  it('refuses a log in which every choice earned the same: it does not say how far the mean may be from that', () => {
    const alike = { ...log, rewards: log.rewards.map(() => 1) };
    expect(new Set(codesOf(evaluateOffPolicy({ log: alike, target: uniformTarget(4) })))).toEqual(
      new Set(['uninformative']),
    );
    // what the target never chooses does not count
    const elsewhere = { ...log, rewards: log.rewards.map((_, row) => (log.actions[row] === 0 ? 0 : 1)) };
    const target = tableTarget(log, Float64Array.of(0, 0.4, 0.4, 0.2));
    expect(codesOf(evaluateOffPolicy({ log: elsewhere, target, estimators: ['ips'] }))).toEqual(['uninformative']);
  });

  it('tells nothing that a mean of clicks cannot be, though weights happen to average above 1', () => {
    const rows = 10_000;
    const actions = Int32Array.from({ length: rows }, (_, row) => (row % 100 < 52 ? 0 : 1));
    const lucky = {
      ...{ actionCount: 2, actions, propensities: new Float64Array(rows).fill(0.5) },
      rewards: Float64Array.from(actions, (_, row) => (row % 2_000 === 0 ? 0 : 1)),
    };
    const target = tableTarget(lucky, Float64Array.of(0.6, 0.4));
    const report = evaluateOffPolicy({ log: lucky, target });
    // IPS has no interval below 1 at all
    expect(codesOf(report)).toEqual(['wrong_weights', ...Array(4).fill('estimated')]);
    for (const found of report.estimates.slice(1)) {
      const { value, low, high } = found as { value: number; low: number; high: number };
      expect([low < value, value < high, high <= 1]).toEqual([true, true, true]);
    }
  });

  it('refuses a direct method that the log contradicts, and answers doubly robust', () => {
    // action 1 is mostly chosen where it earns nothing, so a model without a context believes that it never earns
    const rows = 8_000;
    const isHard = (row: number) => row % 20 < 10;
    const shareOf = (row: number) => (isHard(row) ? 0.3 : 0.1);
    const actions = Int32Array.from({ length: rows }, (_, row) => ((row * 0.618) % 1 < shareOf(row) ? 1 : 0));
    const biased = {
      actionCount: 2,
      actions,
      propensities: Float64Array.from(actions, (action, row) => (action === 1 ? shareOf(row) : 1 - shareOf(row))),
      rewards: Float64Array.from(actions, (action, row) => (action === 1 && !isHard(row) ? 1 : 0)),
    };
    const target = tableTarget(biased, Float64Array.of(0, 1));
    const report = evaluateOffPolicy({ log: biased, target, estimators: ['direct', 'doubly_robust'] });
    expect(codesOf(report)).toEqual(['biased_model', 'estimated']);
  });

  it('finds every row that cannot be', () => {
    const broken = {
      ...log,
      actions: log.actions.with(0, 7),
      propensities: log.propensities.with(1, 0).with(2, 1.5).with(3, Number.NaN),
      rewards: log.rewards.with(4, Number.POSITIVE_INFINITY),
    };
    expect(() => evaluateOffPolicy({ log: broken, target: uniformTarget(4) })).toThrow(
      expect.objectContaining({
        code: 'invalid.log',
        violations: [
          expect.objectContaining({ field: 'log[0].action' }),
          expect.objectContaining({ field: 'log[1].propensity' }),
          expect.objectContaining({ field: 'log[2].propensity' }),
          expect.objectContaining({ field: 'log[3].propensity' }),
          expect.objectContaining({ field: 'log[4].reward' }),
        ],
      }),
    );
    const none = { ...log, actions: new Int32Array(0) };
    expect(() => evaluateOffPolicy({ log: none, target: uniformTarget(4) })).toThrow(/empty/);
  });

  it.each([[[0.5, 0.5, 0.1, 0]], [[1.5, -0.5, 0, 0]], [[Number.NaN, 0, 0, 1]], [[1]]])(
    'refuses the target %j',
    (table) => {
      expect(() => evaluateOffPolicy({ log, target: () => Float64Array.from(table) })).toThrow(
        expect.objectContaining({ code: 'invalid.target' }),
      );
    },
  );
});
