import { resolve } from 'node:path';
// jest loads this module with Node's own resolver, so it may reach nothing that must be built first.
import { type RunningTestInfra, startTestInfra } from './test-infra';

/** The running infrastructure, where jest's global tear-down finds it. */
export type WithTestInfra = typeof globalThis & { attuneTestInfra?: RunningTestInfra };

/** Starts real PostgreSQL and Redis once for the whole test run, unless its variables say that they run already. */
export default async function globalSetup(): Promise<void> {
  const { ATTUNE_TEST_DATABASE_URL, ATTUNE_TEST_REDIS_URL, DATABASE_URL, REDIS_URL, ...rest } = process.env;
  const env = {
    ...rest,
    DATABASE_URL: ATTUNE_TEST_DATABASE_URL ?? DATABASE_URL,
    REDIS_URL: ATTUNE_TEST_REDIS_URL ?? REDIS_URL,
  };
  const root = resolve(__dirname, '..', '..', '..');
  const infra = await startTestInfra({ root, env, notice: (message) => console.warn(message) });
  (globalThis as WithTestInfra).attuneTestInfra = infra;
  process.env.ATTUNE_TEST_DATABASE_URL = infra.databaseUrl;
  process.env.ATTUNE_TEST_REDIS_URL = infra.redisUrl;
  process.env.ATTUNE_TEST_OBJECT_STORE_URL = infra.objectStoreUrl;
}
