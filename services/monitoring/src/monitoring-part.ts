import type { monitoring } from '@attune/contracts';
import type { Subscription } from '@attune/event-log';
import type { Handlers } from '@attune/grpc';
import type { PlatformOf, Stack } from '@attune/kit';
import type { MonitoringConfig } from './config';

/** What every part of the service is made from. */
export interface MonitoringParts {
  readonly config: MonitoringConfig;
  readonly platform: PlatformOf<'event-log' | 'redis' | 'object-store', string>;
  readonly stack: Stack;
  /** Given the round of measuring, which is then done by hand alone. */
  readonly onMeasure?: OnRound | undefined;
  /** Given the round of detection, which is then done by hand alone. */
  readonly onDetect?: OnRound | undefined;
  /** Given the look for audits that are due, which is then done by hand alone. */
  readonly onAudit?: OnRound | undefined;
}

/** Takes a round. True: this replica had the lock. */
export type OnRound = (round: () => Promise<boolean>) => void;

/** What a part brings. */
export interface ComposedPart {
  readonly handlers: Partial<Handlers<monitoring.MonitoringServiceServer>>;
  readonly subscriptions: readonly Subscription[];
}
