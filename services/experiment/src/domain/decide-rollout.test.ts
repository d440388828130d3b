import { decideRollout, type RolloutStanding } from './decide-rollout';
import { metricNamed } from './metrics/metric-catalogue';
import type { GuardrailResult } from './results/results';

const guardrail = (rest: Partial<GuardrailResult> = {}): GuardrailResult => ({
  metric: metricNamed('hide_rate'),
  variant: 'treatment',
  toleratedRelativeLoss: 0.1,
  lift: 0,
  interval: undefined,
  verdict: 'undecided',
  ...rest,
});

const standing = (rest: Partial<RolloutStanding> = {}, guardrails = [guardrail()]): RolloutStanding => ({
  rollout: {
    ...{ steps: [0.1, 0.5], minStepSeconds: 60, minUnits: 100, model: 'als', modelVersion: 3 },
    ...{ step: 0, stepStartedAtMs: 0 },
  },
  analysis: { sampleRatio: { unitCounts: {}, pValue: 1, sequentialPValue: 1 }, guardrails },
  unitsInStep: 100,
  nowMs: 60_000,
  isServing: true,
  ...rest,
});

describe('a rollout', () => {
  it('goes to the next step when the step has lasted and has its units', () => {
    expect(decideRollout(standing())).toMatchObject({ kind: 'advance', step: 1, share: 0.5 });
  });

  it.each([
    ['time', standing({ nowMs: 59_000 }), /1 seconds more/],
    ['units', standing({ unitsInStep: 60 }), /40 units/],
    ['a metric that looks worse than tolerated', standing({}, [guardrail({ lift: 0.2 })]), /hide_rate looks worse/],
    [
      'units in the planned shares',
      standing({
        analysis: { sampleRatio: { unitCounts: {}, pValue: 0, sequentialPValue: 0, reason: 'lost' }, guardrails: [] },
      }),
      /lost/,
    ],
  ])('waits for %s', (_, at, reason) => {
    expect(decideRollout(at)).toEqual({ kind: 'hold', reason: expect.stringMatching(reason) });
  });

  it('minds which direction is worse', () => {
    expect(decideRollout(standing({}, [guardrail({ lift: -0.2 })])).kind).toBe('advance');
    const clicks = guardrail({ metric: metricNamed('click_rate'), lift: -0.2 });
    expect(decideRollout(standing({}, [clicks])).kind).toBe('hold');
  });

  it('goes back on a breach, before its time', () => {
    const breached = guardrail({ lift: 0.5, interval: { low: 0.2, high: 0.8 }, verdict: 'breached' });
    const decision = decideRollout(standing({ nowMs: 1 }, [breached]));
    expect(decision).toEqual({ kind: 'roll_back', reason: expect.stringMatching(/hide_rate is breached .*\+20\.0 %/) });
  });

  it('goes back when its version does not serve any more, and is complete after the last step', () => {
    expect(decideRollout(standing({ isServing: false })).kind).toBe('roll_back');
    const { rollout } = standing();
    expect(decideRollout(standing({ rollout: { ...rollout, step: 1 } })).kind).toBe('complete');
  });
});
