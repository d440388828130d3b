import { AppError, isAppError } from '@attune/errors';
import type { Database } from '@attune/postgres';
import type { Logger } from '@attune/telemetry';
import { within } from './stack';

const FIRST_TRY_MS = 3_000;
const RETRY_MS = 1_000;

/** What a database that may be away at the start needs; times are for tests. */
export interface LateDatabaseOptions {
  readonly database: Database;
  /** Applies the migrations that are missing. */
  readonly bringUpToDate: () => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly firstTryMs?: number;
  readonly retryMs?: number;
}

const STOP = Symbol('stop');

/** A database whose statements fail with `unavailable.postgres` until its schema is up to date. */
export type LateDatabase = Database & { [STOP](): Promise<void> };

/**
 * Brings a schema up to date now where the server answers soon, else as soon as it does. What is wrong with a migration itself
 * fails the start, as it does for a service that needs its database.
 */
export async function openLateDatabase(options: LateDatabaseOptions): Promise<LateDatabase> {
  const { database, bringUpToDate, logger, firstTryMs = FIRST_TRY_MS, retryMs = RETRY_MS } = options;
  let isReady = false;
  const attemptNow = () =>
    bringUpToDate().then(() => {
      isReady = true;
    });
  const first = attemptNow();
  await within(firstTryMs, () => first).catch((error: unknown) => {
    if (isAppError(error) && !isAppError(error, 'unavailable')) throw error;
    logger.warn({ err: error }, 'PostgreSQL does not answer: starting without it');
  });
  const stop = Promise.withResolvers<void>();
  let isStopped = false;
  const trying = isReady ? undefined : keepTrying(first);

  async function keepTrying(current: Promise<void>): Promise<void> {
    let attempt = current;
    while (!isReady && !isStopped) {
      try {
        // An attempt that hangs is left to end by itself when the service stops.
        await Promise.race([attempt, stop.promise]);
      } catch (err) {
        if (isAppError(err) && !isAppError(err, 'unavailable')) logger.error({ err }, 'migrations fail; trying again');
        await pause(retryMs, stop.promise);
        if (!isStopped) attempt = attemptNow();
      }
    }
    attempt.catch(() => undefined);
    if (isReady) logger.info({}, 'PostgreSQL answers, and its schema is up to date');
  }

  const requireReady = () => {
    if (isReady) return;
    throw new AppError('unavailable.postgres', 'PostgreSQL has not answered since this service started; try again');
  };
  return {
    schema: database.schema,
    pool: database.pool,
    query: async (...args) => {
      requireReady();
      return database.query(...args);
    },
    transaction: async (...args) => {
      requireReady();
      return database.transaction(...args);
    },
    [STOP]: async () => {
      isStopped = true;
      stop.resolve();
      await trying;
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Ends the attempts to reach the server; the database underneath is closed by whoever opened it. */
export function stopTrying(database: LateDatabase): Promise<void> {
  return database[STOP]();
}

async function pause(ms: number, stopped: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    stopped,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    }),
  ]);
  clearTimeout(timer);
}
