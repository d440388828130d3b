import type { serving } from '@attune/contracts';
import { AppError } from '@attune/errors';
import { predictQueryOf, toPredictResponse } from './prediction-mapping';

const asked = ({ model = '', pairs }: { model?: string; pairs: readonly Partial<serving.PredictionPair>[] }) =>
  predictQueryOf({
    ...{ model, version: '' },
    pairs: pairs.map((pair) => ({ userId: '', itemId: '', features: {}, ...pair })),
  });

describe('the request of predictions', () => {
  it('has pairs with their features by name', () => {
    const { pairs } = asked({ pairs: [{ userId: 'ann', itemId: 'a', features: { item_likes: 3 } }] });
    expect(pairs).toEqual([{ userId: 'ann', itemId: 'a', features: { item_likes: 3 } }]);
  });

  it('is refused with everything that is wrong at once', () => {
    const pairs = [
      { userId: 'ann', itemId: 'a\n' },
      { userId: 'ann', itemId: 'a', features: { x: Number.NaN, y: Number.POSITIVE_INFINITY } },
    ];
    expect(() => asked({ model: 'm'.repeat(129), pairs })).toThrow(
      expect.objectContaining({
        code: 'invalid.request',
        violations: ['model', 'pairs[0].item_id', 'pairs[1].features["x"]', 'pairs[1].features["y"]'].map((field) =>
          expect.objectContaining({ field }),
        ),
      }),
    );
  });

  it.each([0, 1_001])('is refused with %s pairs', (count) => {
    const pairs = Array.from({ length: count }, () => ({ userId: 'ann', itemId: 'a' }));
    expect(() => asked({ pairs })).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: 'pairs' })] }),
    );
  });
});

describe('predictions in the answer', () => {
  it('are values with probabilities, or problems, each in its place', () => {
    const { predictions } = toPredictResponse({
      predictionId: 'p',
      model: { name: 'engagement', version: '1', digest: 'd' },
      predictions: [
        { isThere: true, value: 0.25, confidence: 1, probabilities: { click: 0.25 } },
        { isThere: false, problem: new AppError('not_found.item', 'unknown') },
      ],
    });
    expect(predictions).toEqual([
      { value: 0.25, confidence: 1, probabilities: { click: 0.25 }, problem: undefined },
      {
        value: 0,
        confidence: 0,
        probabilities: {},
        problem: { code: 'not_found.item', message: 'unknown', field: '' },
      },
    ]);
  });
});
