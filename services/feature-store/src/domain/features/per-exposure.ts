import type { InteractionSeen } from '../feature-event';
import type { Feature } from './feature';

/** A ratio of something that people do with an item to how often it was shown to them. */
export interface ExposureRatio {
  readonly name: string;
  readonly description: string;
  readonly isCounted: (event: InteractionSeen) => boolean;
}

/**
 * A feature that is a ratio per exposure: impressions or views, whichever there are more of; at most 1. Producers that send
 * neither say nothing about exposure, so there is no ratio then.
 */
export function perExposure({ name, description, isCounted }: ExposureRatio): Feature {
  return {
    name,
    entity: 'item',
    view: 'item',
    valueType: 'number',
    unit: 'ratio',
    description,
    defaultValue: undefined,
    timeToLiveSeconds: 0,
    owner: 'feature-store',
    version: 1,
    initial: [0, 0, 0],
    on(event, slots, at) {
      if (event.kind !== 'interaction') return false;
      if (event.type === 'impression') slots[at]! += 1;
      else if (event.type === 'view') slots[at + 1]! += 1;
      else if (isCounted(event)) slots[at + 2]! += 1;
      else return false;
      return true;
    },
    value({ slots, at }) {
      const exposures = Math.max(slots[at]!, slots[at + 1]!);
      return exposures === 0 ? undefined : Math.min(1, slots[at + 2]! / exposures);
    },
  };
}
