import type { ComposedPart, MonitoringParts } from './monitoring-part';

/** Nothing yet. */
export async function composeAlerts(_parts: MonitoringParts): Promise<ComposedPart> {
  return { handlers: {}, subscriptions: [] };
}
