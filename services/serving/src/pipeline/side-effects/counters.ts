import { slateServed } from '../../telemetry';
import type { SideEffect } from '../parts';

/** Counts slates, their latency and the stages that were degraded. */
export const counters: SideEffect = {
  name: 'side_effects/counters',
  description: 'counts slates, how long they took, and the stages that were degraded',
  after: slateServed,
};
