// The program behind "npm start": the local stack in the foreground, then the first run, then a few lines on what to try.
import { join, resolve } from 'node:path';
import { AppError } from '@attune/errors';
import type { StackEvent } from './events';
import { type LocalStack, startLocalStack } from './stack';
import { makeConsole } from './start-console';

/** What the command line's package offers for the first run: it fills an empty store, trains and promotes. */
interface FirstRunModule {
  readonly firstRun?: (options: {
    readonly addresses: Readonly<Record<string, string>>;
    readonly onProgress: (message: string) => void;
    readonly signal: AbortSignal;
  }) => Promise<{ readonly exampleUser?: string; readonly exampleItem?: string } | undefined>;
}

const root = resolve(__dirname, '..', '..', '..');
// npm, the shell and the terminal may each pass on one and the same Ctrl-C.
const SAME_PRESS_MS = 700;

const output = makeConsole();
const interrupted = new AbortController();
let stack: LocalStack | undefined;
let firstSignalAt: number | undefined;

async function main(): Promise<void> {
  const startedAt = performance.now();
  output.line('Starting attune (Ctrl-C stops it, data stays in .attune)');
  stack = await startLocalStack({ root, env: process.env, onEvent: report, signal: interrupted.signal });
  const examples = await firstRun(stack);
  interrupted.signal.throwIfAborted();
  announce(stack, examples ?? {}, performance.now() - startedAt);
  await new Promise((resolve) => interrupted.signal.addEventListener('abort', resolve));
}

async function firstRun(running: LocalStack) {
  const cli = loadFirstRun();
  if (cli.firstRun === undefined) return undefined;
  const options = { addresses: running.addresses, onProgress: output.progress, signal: interrupted.signal };
  // A stack that could not fill itself is still worth having: its services run, and the reason is on the screen.
  return cli.firstRun(options).catch((error: unknown) => {
    if (interrupted.signal.aborted) return undefined;
    output.line(`  the first run did not finish: ${(error as Error).message}`);
    process.exitCode = 1;
    return undefined;
  });
}

// The command line depends on this package, so it is found by its place in the checkout.
function loadFirstRun(): FirstRunModule {
  try {
    return require(join(root, 'libs', 'cli', 'dist', 'index.js')) as FirstRunModule;
  } catch (error) {
    output.line(`  the first run is left out: ${(error as Error).message.split('\n')[0]}`);
    return {};
  }
}

function announce(
  running: LocalStack,
  examples: { exampleUser?: string; exampleItem?: string },
  durationMs: number,
): void {
  const user = examples.exampleUser ?? '<user id>';
  const item = examples.exampleItem ?? '<item id>';
  const urls = Object.entries(running.urls).map(([name, url]) => [name, withoutPassword(url)] as const);
  output.line('');
  for (const [name, where] of [...Object.entries(running.addresses), ...urls])
    output.line(`  ${name.padEnd(17)} ${where}`);
  output.line('');
  const reservation = process.exitCode === 1 ? ', but the first run did not finish (see above)' : '';
  output.line(`attune is ready${reservation} (${seconds(durationMs)}). Try in another terminal:`);
  output.line(`  scripts/attune recommend --user ${user} --k 5`);
  output.line(`  scripts/attune explain --user ${user} --item ${item}`);
  output.line(`  scripts/attune record --user ${user} --item ${item} --type like`);
  output.line('  scripts/attune status');
  output.line('  scripts/attune train        # also the models that the first start leaves out');
}

function report(event: StackEvent): void {
  if (event.type === 'starting') output.progress(`starting ${event.name}`);
  if (event.type === 'ready')
    output.line(`  ${event.name.padEnd(17)} ready in ${seconds(event.durationMs)}  ${event.detail ?? ''}`);
  if (event.type === 'restarting') output.line(`  ${event.name.padEnd(17)} ${event.reason}; starting it again`);
  if (event.type === 'stopping') output.progress(`stopping ${event.name}`);
  if (event.type === 'stopped') output.line(`  ${event.name.padEnd(17)} stopped in ${seconds(event.durationMs)}`);
  if (event.type === 'notice') output.line(`  ${event.message}`);
}

function onSignal(): void {
  const now = performance.now();
  if (firstSignalAt === undefined) {
    firstSignalAt = now;
    output.line('\nStopping (Ctrl-C again to hurry)');
    interrupted.abort();
  } else if (now - firstSignalAt > SAME_PRESS_MS) {
    stack?.hurry();
  }
}

async function run(): Promise<void> {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  process.on('disconnect', onSignal);
  try {
    await main();
  } catch (error) {
    if (!interrupted.signal.aborted) {
      process.exitCode = 1;
      output.line(`\n${error instanceof AppError ? error.message : (error as Error).stack}`);
    }
  }
  await stack?.[Symbol.asyncDispose]();
  if (interrupted.signal.aborted) output.line('attune has stopped; its data is kept');
  process.exit();
}

function withoutPassword(text: string): string {
  return text.replace(/:\/\/([^:@/]+):[^@/]+@/, '://$1:***@');
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

void run();
