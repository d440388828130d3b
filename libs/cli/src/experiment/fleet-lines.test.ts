import { experiment } from '@attune/contracts';
import { changeTable, experimentLines, resultLines } from './fleet-lines';

const one = experiment.Experiment.fromPartial({
  experimentId: 'ranking',
  kind: experiment.ExperimentKind.ROLLOUT,
  state: experiment.ExperimentState.RUNNING,
  variants: [
    { name: 'control', weight: 0.5 },
    { name: 'treatment', weight: 0.5, parameters: { strategy: 'hybrid' } },
  ],
  trafficShare: 0.2,
  primaryMetric: 'click_rate',
  rollout: { steps: [0.05, 0.2, 1], step: 1, minStepSeconds: 60, minUnits: 10, model: 'als', modelVersion: 7 },
});

describe('an experiment for people', () => {
  it('shows what its variants change and at which step it is', () => {
    const text = experimentLines(one).join('\n');
    expect(text).toMatch(/ranking +rollout +running +control, treatment +20 % +click_rate/);
    expect(text).toMatch(/treatment +50 % +strategy=hybrid/);
    expect(text).toMatch(/5 % > \[20 %\] > 100 %, each at least 60 s and 10 units, of als v7/);
  });

  it('shows its history in words', () => {
    const changes = [
      experiment.ExperimentChange.fromPartial({ sequence: 3, change: 'rolled_back', actor: 'experiment' }),
    ];
    expect(changeTable(changes)[1]).toMatch(/3 .*rolled back +experiment/);
  });
});

describe('results for people', () => {
  it('begin with what to do, and say what has no bounds', () => {
    const found = experiment.GetResultsResponse.fromPartial({
      experiment: one,
      recommendation: 'Keep it running.',
      warnings: ['the lift fades'],
      sampleRatio: { passed: true, pValue: 0.4, sequentialPValue: 1, unitCounts: { control: 10, treatment: 12 } },
      results: [
        {
          ...{ metric: 'click_rate', variant: 'treatment', unitCount: 12, controlUnitCount: 10, value: 0.3 },
          ...{ controlValue: 0.2, lift: 0.5, liftLow: -0.1, liftHigh: 1.2, difference: 0.1, pValue: 0.08 },
          ...{ sequentialLow: Number.NEGATIVE_INFINITY, sequentialHigh: Number.POSITIVE_INFINITY },
        },
      ],
      guardrails: [{ metric: 'hide_rate', variant: 'treatment', verdict: 'undecided', toleratedRelativeLoss: 0.02 }],
    });
    const text = resultLines(found).join('\n');
    expect(text).toMatch(/Keep it running\.\nMind: the lift fades\./);
    expect(text).toMatch(/units: control 10, treatment 12; shares as planned/);
    expect(text).toMatch(/click_rate +treatment +all +10\+12 +0\.2 +0\.3 +50 % +-10 % to 120 % +no bounds yet/);
    expect(text).toMatch(/hide_rate .*2 % +undecided/);
  });
});
