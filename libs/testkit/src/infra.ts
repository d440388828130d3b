import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a test file finds real PostgreSQL, real Redis and an object store, and the namespace that is its own. */
export interface TestInfra {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly objectStoreUrl: string;
  /** Prefix of schemas, Redis keys and topics: unique per test file, so that files never see each other's data. */
  readonly namespace: string;
}

/** The infrastructure of this test run. Throws when jest's global set-up did not start it. */
export function useInfra(): TestInfra {
  return {
    databaseUrl: required('ATTUNE_TEST_DATABASE_URL'),
    redisUrl: required('ATTUNE_TEST_REDIS_URL'),
    objectStoreUrl: pathToFileURL(mkdtempSync(join(tmpdir(), 'attune-objects-'))).href,
    namespace: `t${randomBytes(6).toString('hex')}`,
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through "npm test"`);
  return value;
}
