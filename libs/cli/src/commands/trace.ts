import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { type AskedTrace, askForTrace, traceOfDecision } from '../trace/ask-for-trace';
import { readSpanFile } from '../trace/read-span-file';
import { traceLines } from '../trace/trace-lines';

const TRACE_ID = /^[0-9a-f]{32}$/i;

interface Options {
  readonly file?: string;
}

/** `attune trace`: where the time of a slate went, without a collector. */
export const registerTrace: RegisterCommand = (program, run) => {
  program
    .command('trace')
    .argument('<id>', 'a trace id, or the decision id that recommend printed')
    .description('where the time of a slate went, step by step, as the monitoring service has it for a day')
    .option('--file <file>', 'read spans from the file that ATTUNE_TRACE_FILE named when the fleet was started')
    .addHelpText(
      'after',
      `
npm start records one trace of twenty; recommend --trace records the trace of one slate for certain.

Examples:
  scripts/attune recommend --user u000001 --trace
  scripts/attune trace 4bf92f3577b34da6a3ce929d0e0e4736
  scripts/attune trace 0199f3a2-... --json
  scripts/attune trace 0199f3a2-... --file /tmp/spans.jsonl      where ATTUNE_TRACE_FILE=/tmp/spans.jsonl npm start runs`,
    )
    .action(run((context: CliContext, id: string, options: Options) => trace(context, id, options)));
};

async function trace(context: CliContext, id: string, { file }: Options): Promise<void> {
  const asked: AskedTrace = TRACE_ID.test(id) ? { traceId: id.toLowerCase() } : await traceOfDecision(context, id);
  const spans =
    file === undefined ? await askForTrace(context, asked, () => new Date()) : readSpanFile(file, asked.traceId);
  context.output.result(spans, () => traceLines(spans, context.output.view));
}
