import fc from 'fast-check';
import { anExperiment } from '../tests/an-experiment';
import { checkDefinition } from './check-definition';
import type { ExperimentDefinition } from './experiment-definition';
import { placeInLayer } from './place-in-layer';

const inLayer = (id: string, trafficShare: number, layerStart = 0, over: Partial<ExperimentDefinition> = {}) =>
  anExperiment({ experimentId: id, layer: 'ranking', layerStart, trafficShare, ...over });

describe('placeInLayer', () => {
  it('begins at 0 in an empty layer and in a layer of its own', () => {
    expect(placeInLayer(inLayer('a', 0.5), [])).toBe(0);
    expect(placeInLayer(anExperiment({ experimentId: 'a' }), [anExperiment()])).toBe(0);
  });

  it('takes the lowest gap that is wide enough', () => {
    const others = [inLayer('c', 0.2, 0.7), inLayer('a', 0.1, 0.05), inLayer('b', 0.1, 0.3)];
    expect(placeInLayer(inLayer('n', 0.05), others)).toBe(0);
    expect(placeInLayer(inLayer('n', 0.1), others)).toBeCloseTo(0.15, 12);
    expect(placeInLayer(inLayer('n', 0.25), others)).toBe(0.4);
  });

  it('takes over the range of an experiment that was stopped, not of one that is a draft or paused', () => {
    const placeBeside = (state: ExperimentDefinition['state']) =>
      placeInLayer(inLayer('n', 0.4), [inLayer('a', 0.5, 0, { state })]);
    expect(placeBeside('stopped')).toBe(0);
    expect(placeBeside('draft')).toBe(0.5);
    expect(placeBeside('paused')).toBe(0.5);
  });

  it('does not count itself or other layers', () => {
    const others = [inLayer('n', 0.5), anExperiment({ experimentId: 'x', layer: 'design' })];
    expect(placeInLayer(inLayer('n', 0.6), others)).toBe(0);
  });

  it('leaves the holdout free', () => {
    const others = [inLayer('a', 0.5, 0, { holdoutShare: 0.1 })];
    expect(placeInLayer(inLayer('n', 0.4, 0, { holdoutShare: 0.1 }), others)).toBe(0.5);
    expect(() => placeInLayer(inLayer('n', 0.45, 0, { holdoutShare: 0.1 }), others)).toThrow(
      expect.objectContaining({
        code: 'invalid.experiment',
        message: expect.stringContaining('has 0.4 free in one piece'),
      }),
    );
  });

  it('finds a place that checkDefinition accepts until the layer is full, though shares do not add up exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }), (percents) => {
        const placed: ExperimentDefinition[] = [];
        let used = 0;
        for (const [i, percent] of percents.entries()) {
          const wanted = inLayer(`e${i}`, percent / 100);
          if (used + percent > 100) {
            expect(() => placeInLayer(wanted, placed)).toThrow('lower the traffic share');
            continue;
          }
          const definition = { ...wanted, layerStart: placeInLayer(wanted, placed) };
          expect(checkDefinition(definition, placed)).toEqual([]);
          placed.push(definition);
          used += percent;
        }
      }),
      { seed: 31, numRuns: 300 },
    );
  });
});
