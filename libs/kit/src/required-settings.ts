import { invalidSettings, type PlatformSettings } from '@attune/config';
import type { FieldViolation } from '@attune/errors';
import { exposureProblems } from './exposure';

/** What a service needs settings for, because nobody gives it ready made. */
export interface Needs {
  readonly database: boolean;
  readonly redis: boolean;
  readonly eventLog: boolean;
  readonly objectStore: boolean;
}

/** Refuses settings with which a service cannot start, all problems at once: what it uses has no address, or it would be exposed. */
export function requireSettings(settings: PlatformSettings, needs: Needs): void {
  const { databaseUrl, redisUrl, objectStoreUrl, kafkaBrokers } = settings;
  const needsRedis = needs.redis || (needs.eventLog && kafkaBrokers === undefined);
  const problems: FieldViolation[] = [...exposureProblems(settings)];
  const need = (isNeeded: boolean, value: string | undefined, field: string, description: string) => {
    if (isNeeded && value === undefined) problems.push({ field, description: `is required: ${description}` });
  };
  need(needs.database, databaseUrl, 'DATABASE_URL', 'the service keeps its tables in PostgreSQL');
  need(needsRedis, redisUrl, 'REDIS_URL', 'the service uses Redis, for itself or as its event log');
  need(needs.objectStore, objectStoreUrl, 'OBJECT_STORE_URL', 'the service stores files');
  if (problems.length > 0) throw invalidSettings(problems);
}
