import { formatSettings, type SettingsDefinition } from '@attune/config';
import { type AppError, isAppError } from '@attune/errors';
import { createLogger, shutdownTelemetry } from '@attune/telemetry';
import type { RunningService } from './start-service';

const SETTINGS_ARE_WRONG = 2;
const logger = createLogger({ name: 'main', level: 'info' });

/** What the entry of a process may be told. */
export interface MainOptions {
  /** Shown by `--help`. */
  readonly settings?: SettingsDefinition;
}

/**
 * Runs a service as a process: starts it, tells the parent where it listens, and stops it in order on SIGTERM, SIGINT or
 * the parent's death; a second signal ends it at once. Exit codes: 0 stopped in order, 1 failed, 2 settings are wrong.
 */
export function runMain(start: (env: NodeJS.ProcessEnv) => Promise<RunningService>, options: MainOptions = {}): void {
  if (options.settings !== undefined && process.argv.includes('--help')) {
    process.stdout.write(`Settings, read from the environment:\n\n${formatSettings(options.settings)}\n`);
    return;
  }
  process.on('uncaughtException', (err) => void die(err, 'an error that nobody caught'));
  process.on('unhandledRejection', (err) => void die(err, 'a rejection that nobody handled'));
  // `start` may throw before it returns a promise: settings are read on its first line.
  const starting = (async () => start(process.env))();
  stopWhenTold(starting);
  starting.then(announce, failToStart);
}

function announce(service: RunningService): void {
  process.send?.({ type: 'ready', name: service.name, address: service.address });
}

async function failToStart(error: unknown): Promise<void> {
  if (isAppError(error, 'invalid.settings')) {
    process.stderr.write(`${settingsProblems(error)}\n`);
    process.exit(SETTINGS_ARE_WRONG);
  }
  await die(error, 'the service could not start');
}

function settingsProblems(error: AppError): string {
  if (error.violations.length === 0) return error.message;
  return error.violations.map(({ field, description }) => `${field}: ${description}`).join('\n');
}

function stopWhenTold(starting: Promise<RunningService>): void {
  let isStopping = false;
  const stop = (reason: string) => {
    if (isStopping) {
      logger.warn({ reason }, 'stopping at once');
      process.exit(1);
    }
    isStopping = true;
    logger.info({ reason }, 'stopping');
    // Told to stop while it starts, a service first finishes the start: what is half open cannot be closed in order.
    starting.then(stopInOrder, () => undefined);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  // A parent that is gone cannot stop its children any more; it is no second request when a signal came before.
  process.on('disconnect', () => {
    if (!isStopping) stop('the parent process is gone');
  });
}

async function stopInOrder(service: RunningService): Promise<void> {
  await service[Symbol.asyncDispose]();
  logger.info({}, 'stopped');
  await shutdownTelemetry();
  process.exit(0);
}

async function die(err: unknown, message: string): Promise<void> {
  logger.error({ err }, message);
  await shutdownTelemetry(1_000);
  process.exit(1);
}
