import fc from 'fast-check';
import { anExperiment, aUnit, variantsOf } from '../tests/an-experiment';
import { assign } from './assign';
import type { ExperimentDefinition } from './experiment-definition';

const units = Array.from({ length: 300 }, (_, i) => aUnit(i));
const variantsAt = (definition: ExperimentDefinition, atMs: number) =>
  units.map((unit) => assign(definition, unit, atMs)).map((outcome) => ('variant' in outcome ? outcome.variant : null));

const share = fc.double({ min: 0, max: 1, noNaN: true });
/** An experiment somewhere in a layer or alone, with two shares that its range can hold. */
const rampedExperiment = fc
  .record({
    salt: fc.string({ maxLength: 8 }),
    layer: fc.constantFrom('', 'ranking'),
    parts: fc.array(share, { minLength: 4, maxLength: 4 }),
  })
  .map(({ salt, layer, parts: [holdout, reserved, start, small] }) => {
    const [holdoutShare, reservedShare] = [holdout! * 0.5, reserved! * (1 - holdout! * 0.5)];
    const layerStart = layer === '' ? 0 : start! * (1 - holdoutShare - reservedShare);
    const [low, high] = [small! * reservedShare, reservedShare];
    const definition = anExperiment({
      salt,
      layer,
      layerStart,
      holdoutShare,
      reservedShare,
      variants: variantsOf([0.2, 0.3, 0.5]),
    });
    return { definition, low, high };
  });

describe('a ramp', () => {
  it('that grows keeps everybody who was in, in the same variant', () => {
    fc.assert(
      fc.property(rampedExperiment, ({ definition, low, high }) => {
        const before = variantsAt({ ...definition, trafficShare: low }, 0);
        const after = variantsAt({ ...definition, trafficShare: high }, 0);
        before.forEach((variant, i) => {
          if (variant !== null) expect(after[i]).toBe(variant);
        });
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it('that shrinks again leaves exactly those in who were there at that share', () => {
    fc.assert(
      fc.property(rampedExperiment, ({ definition, low, high }) => {
        const ramp = [
          { atMs: 10, trafficShare: high },
          { atMs: 20, trafficShare: low },
        ];
        const ramped = { ...definition, trafficShare: low, ramp };
        const [first, second, third] = [5, 15, 25].map((atMs) => variantsAt(ramped, atMs));
        expect(third).toEqual(first);
        first!.forEach((variant, i) => {
          if (variant !== null) expect(second![i]).toBe(variant);
        });
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  it('moves about as many as the share says', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => aUnit(i));
    const at = (trafficShare: number) =>
      many.filter((unit) => 'variant' in assign(anExperiment({ trafficShare, reservedShare: 1 }), unit, 0)).length;
    // a standard deviation of 95 units for 0.1: four of them
    expect(Math.abs(at(0.35) - at(0.25) - 10_000)).toBeLessThan(380);
  });

  it('changes nothing between its steps: the same answer at every time', () => {
    fc.assert(
      fc.property(rampedExperiment, fc.integer({ min: 0, max: 2 ** 42 }), ({ definition, high }, atMs) => {
        const constant = { ...definition, trafficShare: high };
        expect(variantsAt(structuredClone(constant), atMs)).toEqual(variantsAt(constant, 0));
      }),
      { seed: 13, numRuns: 40 },
    );
  });
});
