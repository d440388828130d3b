import type { ChildProcess } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { makeProgram } from '@attune/cli';
import { mainOf } from './root';
import { spawnNode } from './service-process';

/** The fleet that a command speaks to, and the folder where imports keep their checkpoints and rejects. */
export interface CliSurroundings {
  readonly addressSettings: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** What a command said. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One file's sums in the JSON of `attune import`. */
export interface ImportReport {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly resumedAt: number;
  readonly rowsPerSecond: number;
  readonly rejectsFile?: string;
}

/** Runs a verb of the command line in this process. */
export async function attune(surroundings: CliSurroundings, ...args: readonly string[]): Promise<CliResult> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let exitCode = 0;
  const program = makeProgram({
    env: environmentOf(surroundings),
    stdout: out,
    stderr: err,
    setExitCode: (code) => {
      exitCode = code;
    },
  });
  // A mistake in the arguments must fail its test and not end the process of all tests.
  const verbs = program.commands.flatMap((verb) => [verb, ...verb.commands]);
  for (const command of [program, ...verbs]) command.exitOverride();
  await program.parseAsync(['node', 'attune', ...args]);
  out.end();
  err.end();
  return { exitCode, stdout: await text(out), stderr: await text(err) };
}

/** Runs a verb in this process and reads its JSON. */
export async function attuneJson<T>(surroundings: CliSurroundings, ...args: readonly string[]): Promise<T> {
  const { stdout, exitCode } = await attune(surroundings, ...args, '--json');
  if (exitCode !== 0) throw new Error(`attune ${args[0]} failed: ${stdout}`);
  return JSON.parse(stdout) as T;
}

/** A command in a process of its own, so that it can be interrupted or killed. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

/** Starts a verb as it was built, in a process of its own. */
export function spawnAttune(surroundings: CliSurroundings, ...args: readonly string[]): CliProcess {
  const child = spawnNode([mainOf('libs', 'cli'), ...args], environmentOf(surroundings));
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', async (code) => {
      const [stdout, stderr] = await output;
      resolve({ exitCode: code ?? -1, stdout, stderr });
    });
  });
  return { child, ended };
}

function environmentOf({ addressSettings, folder }: CliSurroundings): Record<string, string> {
  return { ...addressSettings, ATTUNE_ROOT: folder };
}
