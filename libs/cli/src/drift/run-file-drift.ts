import type { CliContext } from '../context';
import { compareFiles } from './compare-files';
import type { FileDriftQuestion } from './file-drift';
import { fileDriftLines } from './file-drift-lines';

/** Compares two files and prints what has drifted; answers whether anything has. */
export async function runFileDrift(
  context: CliContext,
  question: FileDriftQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const drift = await compareFiles(question, signal);
  context.output.result(drift, () => fileDriftLines(drift));
  return drift.drifted;
}
