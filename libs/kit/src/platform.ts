import type { PlatformSettings } from '@attune/config';
import type { Client, ServiceDefinitions, ServiceName } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { ObjectStore } from '@attune/object-store';
import type { Database } from '@attune/postgres';
import type { Privacy } from '@attune/privacy';
import type { Redis } from '@attune/redis';
import type { Logger } from '@attune/telemetry';

/** The time, as an argument. */
export type Clock = () => Date;

/** What a service can ask the kit to open for it, besides PostgreSQL, which comes with its migrations. */
export type Use = 'redis' | 'event-log' | 'object-store';

/** What the kit gives to a service: connections that are open and proved, and ways to its peers. */
export interface Platform {
  readonly logger: Logger;
  readonly clock: Clock;
  /** The fleet's pseudonyms of users and its signature under receipts. */
  readonly privacy: Privacy;
  readonly database?: Database;
  readonly redis?: Redis;
  readonly eventLog?: EventLog;
  readonly objectStore?: ObjectStore;
  /** The client of a peer, made on first use; throws `failed_precondition.no_address` where no setting says where it is. */
  client<N extends ServiceName>(service: N): Client<ServiceDefinitions[N]>;
}

/** The platform of a service that named what it uses: those parts are there for certain. */
export type PlatformOf<U extends Use, M extends string | undefined> = Platform &
  (M extends string ? { readonly database: Database } : unknown) &
  ('redis' extends U ? { readonly redis: Redis } : unknown) &
  ('event-log' extends U ? { readonly eventLog: EventLog } : unknown) &
  ('object-store' extends U ? { readonly objectStore: ObjectStore } : unknown);

/** What every part of the start-up reads. */
export interface StartContext {
  readonly name: ServiceName;
  readonly settings: PlatformSettings;
  readonly logger: Logger;
  readonly privacy: Privacy;
}
