import { slateServed } from '../../telemetry';
import type { SideEffect } from '../parts';

/** Counts slates, their latency and the stages that were degraded. */
export const counters: SideEffect = { name: 'side_effects/counters', after: slateServed };
