import { experiment } from '@attune/contracts';
import { type NewExperimentOptions, newExperiment } from './new-experiment';

const options: NewExperimentOptions = { kind: 'a_b', metric: 'click_rate', traffic: 1 };

describe('an experiment of options', () => {
  it('has a control and a treatment of the same weight unless told otherwise', () => {
    const { variants, kind } = newExperiment('e', options);
    expect(variants.map(({ name, weight }) => [name, weight])).toEqual([
      ['control', 0.5],
      ['treatment', 0.5],
    ]);
    expect(kind).toBe(experiment.ExperimentKind.A_B);
  });

  it('parts what is left by the variants without a weight, and sets parameters with all that stands behind the first "="', () => {
    const { variants } = newExperiment('e', {
      ...options,
      variant: ['old=0.6', 'a', 'b'],
      set: ['a:strategy=hybrid', 'b:surface.exploration={"share":0.2}', 'b:note=x=y:z'],
    });
    expect(variants).toEqual([
      { name: 'old', weight: 0.6, parameters: {} },
      { name: 'a', weight: 0.2, parameters: { strategy: 'hybrid' } },
      { name: 'b', weight: 0.2, parameters: { 'surface.exploration': '{"share":0.2}', note: 'x=y:z' } },
    ]);
  });

  it.each([['other:strategy=hybrid'], ['strategy=hybrid']])('refuses --set %s, which names no variant', (set) => {
    expect(() => newExperiment('e', { ...options, set: [set] })).toThrow(/names no variant; .* control, treatment/);
  });

  it('refuses a parameter without a value', () => {
    expect(() => newExperiment('e', { ...options, set: ['control:strategy'] })).toThrow(/no "="/);
  });

  it('is a rollout with the steps of its model', () => {
    const steps = [0.1, 1];
    const { rollout, kind } = newExperiment('e', { ...options, kind: 'rollout', steps, model: 'als', modelVersion: 7 });
    expect(kind).toBe(experiment.ExperimentKind.ROLLOUT);
    expect(rollout).toMatchObject({ steps, model: 'als', modelVersion: 7, minStepSeconds: 3_600, minUnits: 1_000 });
  });
});
