import { metricsText } from './model-texts';

describe('metrics as people read them', () => {
  it('are those that decide and those that say it plainly, with their intervals', () => {
    const measured = { value: 0.25, low: 0.2, high: 0.3 };
    const metrics = Object.fromEntries(
      ['recall@10', 'hr@10', 'ndcg@10', 'coverage@10', 'auc'].flatMap((name) => [
        [name, measured.value],
        [`${name}_low`, measured.low],
        [`${name}_high`, measured.high],
      ]),
    );
    expect(metricsText(metrics)).toBe('ndcg@10 0.250 (0.200 to 0.300), hr@10 0.250 (0.200 to 0.300)');
  });

  it('are of ratings and of probabilities their errors, and nothing without an interval', () => {
    const metrics = { rmse: 0.9, rmse_low: 0.85, rmse_high: 0.95, mae: 0.7, loss: 12, users: 30 };
    expect(metricsText(metrics)).toBe('rmse 0.900 (0.850 to 0.950)');
    expect(metricsText({ log_loss: 0.5, log_loss_low: 0.4, log_loss_high: 0.6 })).toBe(
      'log_loss 0.500 (0.400 to 0.600)',
    );
  });
});
