import { anExperiment, aUnit, variantsOf } from '../tests/an-experiment';
import golden from '../tests/golden.json';
import { type AssignmentOutcome, assign } from './assign';

const NOW = 1_000_000;
const wordOf = (outcome: AssignmentOutcome) => ('outside' in outcome ? outcome.outside : outcome.variant);
const units = Array.from({ length: 2_000 }, (_, i) => aUnit(i));

describe('assign', () => {
  it.each(golden.assignments)('says what Python says of $experiment.experimentId', ({ experiment, outcomes }) => {
    const definition = anExperiment({ ...experiment, reservedShare: experiment.trafficShare });
    expect(outcomes.map((_, i) => wordOf(assign(definition, aUnit(i), NOW)))).toEqual(outcomes);
  });

  it('answers as the worked example of the README says', () => {
    const range = { layer: 'ranking', layerStart: 0.25, trafficShare: 0.5, holdoutShare: 0.1 };
    const definition = anExperiment({ experimentId: 'new-blend', ...range });
    expect([1, 2, 3].map((i) => wordOf(assign(definition, aUnit(i), NOW)))).toEqual(['holdout', 'v0', 'traffic']);
  });

  it('gives the parameters of the variant', () => {
    const variants = [
      { name: 'control', weight: 0.5, parameters: { strategy: 'popular' } },
      { name: 'new', weight: 0.5, parameters: { strategy: 'hybrid' } },
    ];
    const found = units.map((unit) => assign(anExperiment({ variants }), unit, NOW));
    expect(found).toContainEqual({ variant: 'control', parameters: { strategy: 'popular' } });
    expect(found).toContainEqual({ variant: 'new', parameters: { strategy: 'hybrid' } });
  });

  it('uses the id as salt where there is none, and nothing else of the id', () => {
    const of = (over: object) =>
      units.map((unit) => wordOf(assign(anExperiment({ trafficShare: 0.6, ...over }), unit, NOW)));
    expect(of({ salt: '' })).toEqual(of({}));
    expect(of({ salt: 'home-feed' })).toEqual(of({}));
    expect(of({ salt: 'home-feed', experimentId: 'again' })).toEqual(of({}));
    expect(of({ salt: 'another' })).not.toEqual(of({}));
  });

  it.each(['draft', 'paused', 'stopped'] as const)('assigns nobody while %s', (state) => {
    for (const unit of units) expect(assign(anExperiment({ state }), unit, NOW)).toEqual({ outside: 'not_running' });
  });

  it('assigns from its start on and until just before its end', () => {
    const definition = anExperiment({ startsAtMs: 100, endsAtMs: 200 });
    const at = (atMs: number) => assign(definition, aUnit(1), atMs);
    expect(at(99)).toEqual({ outside: 'not_started' });
    expect(at(200)).toEqual({ outside: 'ended' });
    expect(at(100)).toHaveProperty('variant');
    expect(at(199)).toEqual(at(100));
  });

  it('assigns only units that have every attribute of the targeting', () => {
    const definition = anExperiment({ targeting: { country: 'de', plan: 'free' } });
    const of = (attributes: Record<string, string>) => assign(definition, { unitId: 'u', attributes }, NOW);
    expect(of({ country: 'de', plan: 'free', age: '30' })).toHaveProperty('variant');
    expect(of({ country: 'de' })).toEqual({ outside: 'not_targeted' });
    expect(of({ country: 'de', plan: 'paid' })).toEqual({ outside: 'not_targeted' });
  });

  it('gives all that is left to the last variant when weights add up to a hair below 1', () => {
    // the weights are wrong on purpose: nobody must fall out at the end
    const definition = anExperiment({ variants: variantsOf([0.1, 0.1]) });
    expect(new Set(units.map((unit) => wordOf(assign(definition, unit, NOW))))).toEqual(new Set(['v0', 'v1']));
  });

  it('never goes beyond the reserved range, whatever the share', () => {
    const narrow = anExperiment({ layer: 'l', layerStart: 0.2, trafficShare: 0.9, reservedShare: 0.1 });
    const proper = anExperiment({ layer: 'l', layerStart: 0.2, trafficShare: 0.1, reservedShare: 0.1 });
    for (const unit of units) expect(assign(narrow, unit, NOW)).toEqual(assign(proper, unit, NOW));
  });

  it('has the share of all eligible units that it says, also beside a holdout', () => {
    const definition = anExperiment({ trafficShare: 0.3, holdoutShare: 0.2 });
    const all = Array.from({ length: 100_000 }, (_, i) => wordOf(assign(definition, aUnit(i), NOW)));
    const shareOf = (words: string[]) => all.filter((word) => words.includes(word)).length / all.length;
    // standard deviations of 0.00145 and 0.00126: four of them
    expect(Math.abs(shareOf(['v0', 'v1']) - 0.3)).toBeLessThan(0.0058);
    expect(Math.abs(shareOf(['holdout']) - 0.2)).toBeLessThan(0.0051);
  });
});
