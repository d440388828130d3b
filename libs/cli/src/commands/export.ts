import { open } from 'node:fs/promises';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';

const DEADLINE_MS = 10 * 60_000;
const LINE_BREAK = 0x0a;

/** `attune export`: everything that is held about somebody. */
export const registerExport: RegisterCommand = (program, run) => {
  program
    .command('export')
    .requiredOption('--user <id>', 'of whom')
    .option('--out <file>', 'where to write; standard output by default')
    .description('everything that the fleet holds about a user, as JSON lines')
    .addHelpText('after', '\nExample:\n  scripts/attune export --user u000001 --out u000001.jsonl')
    .action(run(exportUser));
};

async function exportUser(context: CliContext, { user, out }: { user: string; out?: string }): Promise<void> {
  const parts = context.client('feature-store').exportUser({ userId: user }, { deadlineMs: DEADLINE_MS });
  if (out === undefined) {
    for await (const { jsonLines } of parts) await context.output.raw(jsonLines);
    return;
  }
  // a file of that name is somebody's: it is not overwritten, and nobody else may read what is written about a person
  const file = await open(out, 'wx', 0o600).catch((cause: unknown) => {
    throw new AppError('failed_precondition.file', `cannot write to "${out}": name a file that does not exist yet`, {
      cause,
    });
  });
  let lines = 0;
  try {
    for await (const { jsonLines } of parts) {
      await file.write(jsonLines);
      for (const byte of jsonLines) if (byte === LINE_BREAK) lines += 1;
    }
  } finally {
    await file.close();
  }
  context.output.result({ file: out, lines }, () => [`${lines} lines about the user are in ${out}.`]);
}
