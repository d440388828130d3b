import { waiting } from '../../tests/fixtures/a-request';
import { makeCheckFeatures } from './check-features';

const ref = { name: 'engagement', version: '3', digest: 'd' };
const knowing = (...names: string[]) =>
  makeCheckFeatures({ descriptions: { all: async () => new Map(names.map((name) => [name, 'a feature'])) } });

describe('checking the features of a model', () => {
  it('lets in a model whose features there are, lists place by place', async () => {
    const check = knowing('item_age_days', 'user_hour_pattern');
    await check(ref, ['item_age_days', 'user_hour_pattern_0', 'user_hour_pattern_1'], waiting);
  });

  it('refuses a model that reads what the feature-store does not have, and names it', async () => {
    const check = knowing('item_age_days');
    await expect(check(ref, ['item_age_days', 'item_magic'], waiting)).rejects.toMatchObject({
      code: 'unavailable.features',
      message: expect.stringMatching(/engagement version 3 .* item_magic;/),
    });
  });

  it('lets a model in while nobody can say which features there are', async () => {
    await knowing()(ref, ['item_magic'], waiting);
  });
});
