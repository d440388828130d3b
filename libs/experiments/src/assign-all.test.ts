import fc from 'fast-check';
import { anExperiment, aUnit, variantsOf } from '../tests/an-experiment';
import { chiSquare, chiSquareLimit } from '../tests/chi-square';
import { assign } from './assign';
import { assignAll } from './assign-all';
import type { ExperimentDefinition } from './experiment-definition';

const units = Array.from({ length: 500 }, (_, i) => aUnit(i));
const setting = (name: string, values: readonly string[]) =>
  values.map((value, i) => ({ name: `v${i}`, weight: 1 / values.length, parameters: { [name]: value } }));
const idsOf = (definitions: readonly ExperimentDefinition[], unit = aUnit(1)) =>
  assignAll(definitions, unit, 0).map(({ experimentId }) => experimentId);

describe('assignAll', () => {
  const many = Array.from({ length: 12 }, (_, i) =>
    anExperiment({
      experimentId: `e${i}`,
      layer: i < 4 ? 'ranking' : '',
      layerStart: i < 4 ? i * 0.25 : 0,
      trafficShare: 0.25,
      startedAtMs: 50 - i,
    }),
  );

  it('says of each experiment what assign says of it alone', () => {
    for (const unit of units) {
      const alone = many.flatMap((definition) => {
        const outcome = assign(definition, unit, 0);
        return 'outside' in outcome
          ? []
          : [{ experimentId: definition.experimentId, kind: definition.kind, ...outcome }];
      });
      expect(assignAll(many, unit, 0)).toEqual(alone.reverse());
    }
  });

  it('does not depend on the order of the definitions', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(many, { minLength: many.length }), fc.string(), (shuffled, unitId) => {
        expect(assignAll(shuffled, aUnit(unitId), 0)).toEqual(assignAll(many, aUnit(unitId), 0));
      }),
      { seed: 21, numRuns: 100 },
    );
  });

  it('leaves a parameter to the experiment that started first, then to the lower id', () => {
    const a = anExperiment({ experimentId: 'a', variants: setting('strategy', ['x', 'y']) });
    const b = anExperiment({ experimentId: 'b', variants: setting('strategy', ['x', 'y']) });
    expect(idsOf([b, a])).toEqual(['a']);
    expect(idsOf([a, { ...b, startedAtMs: 5 }])).toEqual(['b']);
    expect(
      idsOf([
        { ...a, startsAtMs: -1 },
        { ...b, startedAtMs: -2 },
      ]),
    ).toEqual(['b']);
    expect(idsOf([a, { ...b, startedAtMs: 5, state: 'paused' }])).toEqual(['a']);
  });

  it('lets experiments of different parameters overlap', () => {
    const a = anExperiment({ experimentId: 'a', variants: setting('strategy', ['x', 'y']) });
    const b = anExperiment({ experimentId: 'b', variants: setting('page_size', ['10', '20']) });
    expect(idsOf([a, b])).toEqual(['a', 'b']);
  });

  it.each([
    ['policy', 'surface.policy'],
    ['strategy', 'policy'],
    ['strategy', 'surface.policy'],
    ['surface.strategies', 'strategy'],
  ])('counts nobody for a variant whose "%s" another experiment would undo by "%s"', (one, other) => {
    const a = anExperiment({ experimentId: 'a', variants: setting(one, ['x', 'y']) });
    const b = anExperiment({ experimentId: 'b', variants: setting(other, ['x', 'y']) });
    expect(idsOf([a, b])).toEqual(['a']);
  });

  it.each(['strategy', 'policy', 'surface.exploration'])(
    'lets an experiment that drafts slates, which chooses strategies itself and explores nothing, not overlap with one of "%s"',
    (name) => {
      const a = anExperiment({ experimentId: 'a', variants: setting(name, ['x', 'y']) });
      const b = anExperiment({
        experimentId: 'b',
        kind: 'interleaving',
        variants: setting('surface.blends', ['x', 'y']),
      });
      expect(idsOf([a, b])).toEqual(['a']);
      expect(
        idsOf([
          { ...a, startedAtMs: 5 },
          { ...b, startedAtMs: 1 },
        ]),
      ).toEqual(['b']);
    },
  );

  it('lets only one experiment draft the slates of a unit', () => {
    const drafting = (experimentId: string, name: string) =>
      anExperiment({ experimentId, kind: 'interleaving', variants: setting(name, ['x', 'y']) });
    expect(idsOf([drafting('a', 'surface.blends'), drafting('b', 'surface.rules')])).toEqual(['a']);
  });

  it('does not take one parameter of a conflict and leave the rest', () => {
    const a = anExperiment({ experimentId: 'a', variants: setting('strategy', ['x', 'y']) });
    const both = setting('strategy', ['x', 'y']).map((v) => ({ ...v, parameters: { ...v.parameters, more: '1' } }));
    expect(assignAll([a, anExperiment({ experimentId: 'b', variants: both })], aUnit(1), 0)).toHaveLength(1);
  });

  it('keeps the split of an experiment that loses units, even if one variant alone names the parameter', () => {
    const early = anExperiment({ experimentId: 'a', trafficShare: 0.4, variants: setting('strategy', ['x', 'y']) });
    const variants = variantsOf([0.5, 0.5]).map((v, i) => (i === 1 ? { ...v, parameters: { strategy: 'z' } } : v));
    const late = anExperiment({ experimentId: 'b', variants });
    const counts = [0, 0];
    for (let i = 0; i < 50_000; i++) {
      const found = assignAll([early, late], aUnit(i), 0).find(({ experimentId }) => experimentId === 'b');
      if (found !== undefined) counts[Number(found.variant.slice(1))]!++;
    }
    const total = counts[0]! + counts[1]!;
    // six of ten are left, with a standard deviation of 110: four of them
    expect(Math.abs(total - 30_000)).toBeLessThan(440);
    expect(chiSquare(counts, [total / 2, total / 2])).toBeLessThan(chiSquareLimit(1));
  });
});
