import { anExperiment, variantsOf } from '../tests/an-experiment';
import { checkDefinition } from './check-definition';
import type { ExperimentDefinition, ExperimentVariant } from './experiment-definition';

type Over = Partial<ExperimentDefinition>;
const fieldsOf = (over: Over, others: readonly ExperimentDefinition[] = []) =>
  checkDefinition(anExperiment(over), others).map(({ field }) => field);
const withVariant = (over: Partial<ExperimentVariant>): Over => ({
  variants: variantsOf([0.5, 0.5]).map((variant, i) => (i === 1 ? { ...variant, ...over } : variant)),
});
const entries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
const steps = (...shares: number[]) => shares.map((trafficShare, i) => ({ atMs: i + 1, trafficShare }));
const guardrail = (toleratedRelativeLoss: number) => [{ metric: 'errors', toleratedRelativeLoss }];

const WRONG: [string, string, Over][] = [
  ['no id', 'experiment_id', { experimentId: '' }],
  ['an id with capitals', 'experiment_id', { experimentId: 'Home' }],
  ['an id of 65 letters', 'experiment_id', { experimentId: 'a'.repeat(65) }],
  ['an id with a line feed', 'experiment_id', { experimentId: 'a\n' }],
  ['a layer with blanks', 'layer', { layer: 'my layer' }],
  ['a salt with a line feed', 'salt', { salt: 'a\nb' }],
  ['version 0', 'version', { version: 0 }],
  ['one variant', 'variants', { variants: variantsOf([1]) }],
  ['21 variants', 'variants', { variants: variantsOf(new Array(20).fill(1 / 21).concat(1 / 21)) }],
  ['three interleaved variants', 'variants', { kind: 'interleaving', variants: variantsOf([0.5, 0.25, 0.25]) }],
  ['unequal interleaved variants', 'variants', { kind: 'interleaving', variants: variantsOf([0.4, 0.6]) }],
  ['a rollout of three variants', 'variants', { kind: 'rollout', variants: variantsOf([0.5, 0.25, 0.25]) }],
  ['weights of 0.99', 'variants', { variants: variantsOf([0.5, 0.49]) }],
  ['weights that miss 1 by 2e-9', 'variants', { variants: variantsOf([0.5, 0.500000002]) }],
  ['a name twice', 'variants[1].name', withVariant({ name: 'v0' })],
  ['a variant without a name', 'variants[1].name', withVariant({ name: '' })],
  ['21 parameters', 'variants[1].parameters', withVariant({ parameters: entries(21) })],
  ['a parameter without a name', 'variants[1].parameters', withVariant({ parameters: { '': 'x' } })],
  ['a long parameter', 'variants[1].parameters.p', withVariant({ parameters: { p: 'x'.repeat(1025) } })],
  ['21 attributes', 'targeting', { targeting: entries(21) }],
  ['a long attribute', 'targeting.country', { targeting: { country: 'x'.repeat(257) } }],
  ['an attribute that is half a character', 'targeting.country', { targeting: { country: '\ud83d' } }],
  ['an attribute without a name', 'targeting', { targeting: { '': 'x' } }],
  ['an end at the start', 'ends_at', { startsAtMs: 5, endsAtMs: 5 }],
  ['a start that is no time', 'starts_at', { startsAtMs: Number.NaN }],
  ['a negative share', 'traffic_share', { trafficShare: -0.1, reservedShare: 1 }],
  ['a share that is no number', 'traffic_share', { trafficShare: Number.NaN, reservedShare: 1 }],
  ['a share above 1 in the ramp', 'ramp[1].traffic_share', { ramp: steps(0.5, 1.5), reservedShare: 1 }],
  ['steps at the same time', 'ramp[1].at', { ramp: [...steps(0.5), ...steps(0.6)] }],
  ['a step at no time', 'ramp[0].at', { ramp: [{ atMs: Number.POSITIVE_INFINITY, trafficShare: 0.1 }] }],
  ['101 steps', 'ramp', { ramp: steps(...new Array<number>(101).fill(1)) }],
  [
    'a rollout that falls',
    'ramp[1].traffic_share',
    { kind: 'rollout', trafficShare: 0, reservedShare: 1, ramp: steps(0.5, 0.4) },
  ],
  ['a rollout that falls at its first step', 'ramp[0].traffic_share', { kind: 'rollout', ramp: steps(0.5) }],
  ['a reserve below the ramp', 'reserved_share', { trafficShare: 0.1, reservedShare: 0.4, ramp: steps(0.5) }],
  ['a reserve above 1', 'reserved_share', { reservedShare: 1.1 }],
  ['a holdout of minus 1', 'holdout_share', { holdoutShare: -1 }],
  ['a holdout that leaves no room', 'holdout_share', { trafficShare: 0.95, holdoutShare: 0.1 }],
  ['a range beyond the end', 'layer_start', { layerStart: 0.6, trafficShare: 0.5 }],
  ['no primary metric', 'primary_metric', { primaryMetric: '' }],
  ['the primary metric again', 'secondary_metrics[0]', { secondaryMetrics: ['click_rate'] }],
  ['a secondary metric twice', 'secondary_metrics[1]', { secondaryMetrics: ['a', 'a'] }],
  ['21 secondary metrics', 'secondary_metrics', { secondaryMetrics: Object.keys(entries(21)) }],
  ['a guardrail twice', 'guardrails[1].metric', { guardrails: [...guardrail(0.1), ...guardrail(0.2)] }],
  ['a tolerance of 1', 'guardrails[0].tolerated_relative_loss', { guardrails: guardrail(1) }],
  ['a negative tolerance', 'guardrails[0].tolerated_relative_loss', { guardrails: guardrail(-0.01) }],
  [
    'an infinite tolerance',
    'guardrails[0].tolerated_relative_loss',
    { guardrails: guardrail(Number.POSITIVE_INFINITY) },
  ],
];

describe('checkDefinition', () => {
  it.each<[string, Over]>([
    ['a plain experiment', {}],
    ['weights in thirds', { variants: variantsOf([1 / 3, 1 / 3, 1 / 3]) }],
    ['weights of tenths', { variants: variantsOf(new Array<number>(10).fill(0.1)) }],
    ['an interleaving experiment', { kind: 'interleaving' }],
    ['a rollout', { kind: 'rollout', trafficShare: 0, reservedShare: 1, ramp: steps(0.1, 0.1, 1) }],
    ['a ramp that falls in an A/B test', { trafficShare: 0.2, reservedShare: 1, ramp: steps(1, 0.5) }],
    ['everything said', { salt: 's-1', targeting: entries(20), startsAtMs: 1, endsAtMs: 2, guardrails: guardrail(0) }],
    ['a share and a holdout that fill the layer', { trafficShare: 0.7, holdoutShare: 0.3 }],
  ])('accepts %s', (_, over) => {
    expect(checkDefinition(anExperiment(over), [])).toEqual([]);
  });

  it.each(WRONG)('refuses %s by the name of its field, %s, alone', (_, field, over) => {
    expect(fieldsOf(over)).toEqual([field]);
  });

  it.each([0, -0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a weight of %d', (weight) => {
    expect(fieldsOf(withVariant({ weight }))).toContain('variants[1].weight');
  });

  it('names everything that is wrong at once', () => {
    expect(fieldsOf({ experimentId: '', primaryMetric: '', trafficShare: 2, reservedShare: 1 })).toEqual(
      expect.arrayContaining(['experiment_id', 'primary_metric', 'traffic_share']),
    );
  });

  it('says how to put it right', () => {
    const [violation] = checkDefinition(anExperiment({ variants: variantsOf([0.5, 0.4]) }), []);
    expect(violation!.description).toBe('weights must add up to 1, not 0.9');
  });
});

describe('checkDefinition beside others of the layer', () => {
  const other = anExperiment({ experimentId: 'other', layer: 'ranking', trafficShare: 0.6 });
  const mine = { layer: 'ranking', layerStart: 0.6, trafficShare: 0.4 };

  it('accepts a range that touches', () => {
    expect(fieldsOf(mine, [other])).toEqual([]);
  });

  it('refuses shares that do not fit beside each other', () => {
    expect(fieldsOf({ ...mine, layerStart: 0.4, trafficShare: 0.5 }, [other])).toEqual(['layer']);
  });

  it('refuses a range that overlaps though there would be room', () => {
    expect(fieldsOf({ ...mine, layerStart: 0.5, trafficShare: 0.3 }, [other])).toEqual(['layer_start']);
  });

  it('refuses another holdout than the layer has', () => {
    expect(fieldsOf({ ...mine, trafficShare: 0.3, holdoutShare: 0.1 }, [other])).toEqual(['holdout_share']);
  });

  it.each<[string, Over]>([
    ['stopped', { state: 'stopped' }],
    ['of another layer', { layer: 'design' }],
    ['of its own layer', { layer: '' }],
    ['the same experiment', { experimentId: 'home-feed' }],
  ])('does not mind one that is %s', (_, over) => {
    expect(fieldsOf({ ...mine, layerStart: 0, trafficShare: 1 }, [{ ...other, ...over }])).toEqual([]);
  });
});
