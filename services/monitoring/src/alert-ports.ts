import type { Alert } from './domain/alerts/alert';

/** Alerts that are told of and not over. */
export interface AlertReader {
  /** The worst first; all, or those about one service or model, `model:als`. */
  openAlerts(subject?: string): Promise<readonly Alert[]>;
}
