import { anExperiment, variantsOf } from '../tests/an-experiment';
import { checkChange } from './check-change';
import type { ExperimentDefinition } from './experiment-definition';

const before = anExperiment({ trafficShare: 0.2, layer: 'ranking', reservedShare: 0.5, startedAtMs: 5 });
const fieldsOf = (over: Partial<ExperimentDefinition>, state: ExperimentDefinition['state'] = 'running') =>
  checkChange({ ...before, state }, { ...before, state, ...over }).map(({ field }) => field);

const FORBIDDEN: [string, Partial<ExperimentDefinition>][] = [
  ['kind', { kind: 'rollout' }],
  ['variants', { variants: variantsOf([0.4, 0.6]) }],
  ['variants', { variants: variantsOf([0.5, 0.5]).reverse() }],
  ['variants', { variants: variantsOf([0.5, 0.5]).map((v) => ({ ...v, parameters: { strategy: 'x' } })) }],
  ['salt', { salt: 'other' }],
  ['targeting', { targeting: { country: 'de' } }],
  ['layer', { layer: 'design' }],
  ['layer_start', { layerStart: 0.1 }],
  ['holdout_share', { holdoutShare: 0.1 }],
  ['primary_metric', { primaryMetric: 'watch_time' }],
  ['started_at', { startedAtMs: 6 }],
];

describe('checkChange', () => {
  it.each(FORBIDDEN)('refuses another %s while running or paused, and not of a draft', (field, over) => {
    expect(fieldsOf(over)).toEqual([field]);
    expect(fieldsOf(over, 'paused')).toEqual([field]);
    expect(fieldsOf(over, 'draft')).toEqual([]);
  });

  it('lets traffic, ramp, times, guardrails and secondary metrics change', () => {
    expect(
      fieldsOf({
        trafficShare: 0.1,
        reservedShare: 0.6,
        ramp: [{ atMs: 1, trafficShare: 0.6 }],
        endsAtMs: 100,
        secondaryMetrics: ['saves'],
        guardrails: [{ metric: 'errors', toleratedRelativeLoss: 0.1 }],
        version: 2,
      }),
    ).toEqual([]);
  });

  it('takes an absent salt, an empty one and the id for the same, and any order of parameters', () => {
    expect(fieldsOf({ salt: '' })).toEqual([]);
    expect(fieldsOf({ salt: before.experimentId })).toEqual([]);
    const ordered = (parameters: Record<string, string>) => variantsOf([0.5, 0.5]).map((v) => ({ ...v, parameters }));
    const a = { ...before, variants: ordered({ a: '1', b: '2' }) };
    expect(checkChange(a, { ...a, variants: ordered({ b: '2', a: '1' }) })).toEqual([]);
  });

  it('refuses another id in every state and any change of what is stopped', () => {
    expect(fieldsOf({ experimentId: 'other', salt: 'home-feed' }, 'draft')).toEqual(['experiment_id']);
    expect(fieldsOf({ trafficShare: 0.1 }, 'stopped')).toEqual(['state']);
  });

  it('names everything at once and says what to do', () => {
    const violations = checkChange(before, { ...before, kind: 'rollout', salt: 'other' });
    expect(violations.map(({ field }) => field)).toEqual(['kind', 'salt']);
    expect(violations[0]!.description).toBe(
      'must not change while the experiment is running: stop it and create a new one',
    );
  });
});
