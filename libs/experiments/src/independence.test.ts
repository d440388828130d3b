import { anExperiment, aUnit, variantsOf } from '../tests/an-experiment';
import { chiSquare, chiSquareLimit, chiSquareOfTable, emptyTable } from '../tests/chi-square';
import { assign } from './assign';
import { bucketOf } from './bucket-of';
import type { ExperimentDefinition } from './experiment-definition';

const units = Array.from({ length: 100_000 }, (_, i) => aUnit(i));
const THREE = variantsOf([0.5, 0.3, 0.2]);
const outcomeOf = (definition: ExperimentDefinition, i: number) => assign(definition, units[i]!, 0);

/** 0 for outside, else 1 and the place of the variant. */
function cellOf(definition: ExperimentDefinition, i: number): number {
  const outcome = outcomeOf(definition, i);
  return 'outside' in outcome ? 0 : 1 + definition.variants.findIndex(({ name }) => name === outcome.variant);
}

function expectIndependent(table: readonly (readonly number[])[]): void {
  const { value, degrees } = chiSquareOfTable(table);
  expect(value).toBeLessThan(chiSquareLimit(degrees));
}

describe('the hashes of an experiment', () => {
  it('split units by the weights', () => {
    const counts = [0, 0, 0];
    units.forEach((_, i) => {
      counts[cellOf(anExperiment({ variants: THREE }), i) - 1]!++;
    });
    expect(chiSquare(counts, [50_000, 30_000, 20_000])).toBeLessThan(chiSquareLimit(2));
  });

  it('split alike wherever in the layer a unit lies', () => {
    const definition = anExperiment({ layer: 'ranking', variants: THREE });
    const table = emptyTable(10, 3);
    units.forEach(({ unitId }, i) => {
      table[Math.floor(bucketOf('layer:ranking', unitId) * 10)]![cellOf(definition, i) - 1]!++;
    });
    expectIndependent(table);
  });

  it('split alike whoever is held out elsewhere', () => {
    const table = emptyTable(2, 3);
    units.forEach(({ unitId }, i) => {
      const isHeldOut = bucketOf('holdout:layer:ranking', unitId) < 0.2;
      table[isHeldOut ? 1 : 0]![cellOf(anExperiment({ variants: THREE }), i) - 1]!++;
    });
    expectIndependent(table);
  });

  const first = anExperiment({ experimentId: 'test-1', trafficShare: 0.6, variants: THREE });
  it.each([
    ['of their own layers', { experimentId: 'test-2', trafficShare: 0.5 }],
    ['in another layer', { experimentId: 'test-2', layer: 'ranking', layerStart: 0.3, trafficShare: 0.5 }],
    ['with a holdout', { experimentId: 'test-2', layer: 'design', trafficShare: 0.5, holdoutShare: 0.3 }],
  ])('make two experiments independent of each other: %s', (_, over) => {
    const second = anExperiment(over);
    const table = emptyTable(4, 3);
    for (let i = 0; i < units.length; i++) table[cellOf(first, i)]![cellOf(second, i)]!++;
    expectIndependent(table);
  });

  it('keep experiments of one layer apart, and leave nobody between ranges that touch', () => {
    // 0.1 + 0.2 is not 0.3 in doubles: neighbours touch where the sum is, as placeInLayer puts them
    const shares = [0.1, 0.2, 0.3, 0.25];
    let start = 0;
    const layer = shares.map((trafficShare, i) => {
      const definition = anExperiment({
        experimentId: `e${i}`,
        layer: 'l',
        layerStart: start,
        trafficShare,
        holdoutShare: 0.15,
      });
      start += trafficShare;
      return definition;
    });
    for (let i = 0; i < units.length; i++) {
      const outcomes = layer.map((definition) => outcomeOf(definition, i));
      const inside = outcomes.filter((outcome) => 'variant' in outcome).length;
      const heldOut = outcomes.filter((outcome) => 'outside' in outcome && outcome.outside === 'holdout').length;
      // held out of all, or in exactly one: the shares and the holdout fill the layer
      expect(heldOut === 0 ? inside : heldOut).toBe(heldOut === 0 ? 1 : layer.length);
    }
  });
});
