import { readFileSync } from 'node:fs';
import { AppError } from '@attune/errors';
import type { RegisterCommand } from '../command';
import type { CliContext } from '../context';
import { type TracedSpan, traceLines } from '../trace-lines';

const TRACE_ID = /^[0-9a-f]{32}$/;

interface Options {
  readonly file: string;
}

/** `attune trace`: where the time of a slate went, without a collector. */
export const registerTrace: RegisterCommand = (program, run) => {
  program
    .command('trace')
    .argument('<decision>', 'the decision id that recommend printed, or a trace id')
    .description('where the time of a slate went, stage by stage, from a file of spans')
    .requiredOption('--file <file>', 'what ATTUNE_TRACE_FILE named when the fleet was started')
    .addHelpText(
      'after',
      `
Example:
  ATTUNE_TRACE_FILE=/tmp/spans.jsonl npm start      in one terminal
  scripts/attune trace 0199f3a2-... --file /tmp/spans.jsonl      in another, a few seconds after the slate`,
    )
    .action(run((context: CliContext, decision: string, options: Options) => trace(context, decision, options)));
};

async function trace(context: CliContext, decisionOrTrace: string, { file }: Options): Promise<void> {
  const traceId = TRACE_ID.test(decisionOrTrace) ? decisionOrTrace : await traceOf(context, decisionOrTrace);
  const spans = spansOf(file).filter((span) => span.traceId === traceId);
  if (spans.length === 0) {
    throw new AppError(
      'not_found.trace',
      `${file} has no span of trace ${traceId}: was the fleet started with ATTUNE_TRACE_FILE=${file}? Spans are written a few seconds after they end.`,
    );
  }
  context.output.result(spans, () => [
    `Trace ${traceId}: when each span began and how long it took, in milliseconds`,
    '',
    ...traceLines(spans),
  ]);
}

async function traceOf(context: CliContext, decisionId: string): Promise<string> {
  const { decision } = await context.client('feature-store').getDecision({ decisionId });
  if (decision?.traceId) return decision.traceId;
  throw new AppError('failed_precondition.no_trace', `decision ${decisionId} was made while nobody traced`);
}

function spansOf(file: string): readonly TracedSpan[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError('not_found.trace_file', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  // The last line may be half-written.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, at) => spanOf(line, `line ${at + 1} of ${file}`));
}

function spanOf(line: string, where: string): TracedSpan {
  try {
    return JSON.parse(line) as TracedSpan;
  } catch (cause) {
    throw new AppError('invalid.trace_file', `${where} is no span: name the file that ATTUNE_TRACE_FILE named`, {
      cause,
    });
  }
}
