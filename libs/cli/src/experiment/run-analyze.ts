import type { CliContext } from '../context';
import type { AnalyzeQuestion } from './analysis';
import { analysisLines } from './analysis-lines';
import { analyzeFile } from './analyze-file';

/** Analyzes a file and prints what it says. */
export async function runAnalyze(context: CliContext, question: AnalyzeQuestion, signal: AbortSignal): Promise<void> {
  const analysis = await analyzeFile(question, signal);
  context.output.result(analysis, () => analysisLines(analysis));
}
