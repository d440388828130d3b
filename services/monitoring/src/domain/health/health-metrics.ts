import { ENGAGEMENT_MODEL } from '../metrics/measure-predictions';
import type { Metric } from '../metrics/metric';
import { findMetric } from '../metrics/metric-catalogue';

const OF_EVERY_MODEL = [
  ...['click_rate', 'engagement_rate', 'hide_rate', 'mrr', 'ndcg@10', 'coverage', 'novelty'],
  ...['prediction', 'prediction_spread', 'degraded_share', 'recommend_latency_p99_ms', 'requests'],
];
const OF_ENGAGEMENT = ['calibration_error', 'auc', 'accuracy', 'log_loss', 'predicted_rate', 'observed_rate'];

/** What says how a model is, in the order in which people ask. */
export function healthMetricsOf(model: string): readonly Metric[] {
  const names = model === ENGAGEMENT_MODEL ? [...OF_ENGAGEMENT, ...OF_EVERY_MODEL] : OF_EVERY_MODEL;
  return names.map((name) => findMetric(name)!);
}
