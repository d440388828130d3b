import { waiting } from '../../tests/fixtures/a-request';
import { ModelShop, trainEngagement } from '../../tests/fixtures/trained-models';

describe('a prediction that is quicker than asking for it', () => {
  it('is made without a worker, by the same graph; more rows are for workers', async () => {
    await using shop = new ModelShop();
    await using fitted = await trainEngagement();
    const { features, labels } = fitted;
    const ref = await shop.write({ kind: 'engagement', graphs: fitted.graphs(), itemIds: [], features, labels });
    const { host } = shop.host();
    await host.load(ref, { stage: 'production', canaryShare: 0 }, waiting);
    using model = host.borrowVersion('engagement', '')!;
    for (const worker of host.live('engagement')!.workers) worker.close();
    const row = Float32Array.of(0.2, Number.NaN, -0.7, 0.5);
    const [own, expected] = [await model.predict(row, waiting), await fitted.predict(row)];
    for (const [at, probability] of own.entries()) expect(probability).toBeCloseTo(expected[at]!, 5);
    const many = new Float32Array(257 * row.length);
    await expect(model.predict(many, waiting)).rejects.toMatchObject({ code: 'unavailable.model_worker' });
  });
});
