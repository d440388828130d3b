import type { Client, training } from '@attune/contracts';
import { AppError } from '@attune/errors';

const WATCH_DEADLINE_MS = 24 * 3_600_000;
const BAR_WIDTH = 24;

/** Follows a run to its end and tells each step as a line with a bar. */
export async function watchRun(
  client: Pick<Client<training.TrainingServiceServer>, 'watchTraining'>,
  runId: string,
  onLine: (line: string) => void,
): Promise<training.TrainingRun> {
  let last: training.TrainingRun | undefined;
  for await (const step of client.watchTraining({ runId }, { deadlineMs: WATCH_DEADLINE_MS })) {
    last = step.run ?? last;
    if (last !== undefined) onLine(lineOf(last));
  }
  if (last !== undefined) return last;
  throw new AppError(
    'unavailable.run',
    `the story of run ${runId} ended before it began; scripts/attune models shows what came of it`,
  );
}

function lineOf({ fraction, phase, metrics }: training.TrainingRun): string {
  const percent = (fraction * 100).toFixed(0).padStart(3);
  return [`${bar(fraction)} ${percent} % ${phase}`, ...lossOf(metrics), ...speedOf(metrics)].join(' · ');
}

function lossOf({ loss }: Readonly<Record<string, number>>): string[] {
  return loss === undefined ? [] : [`loss ${loss.toPrecision(5)}`];
}

/** Whatever the trainer counts per second, for instance `samples_per_second`. */
function speedOf(metrics: Readonly<Record<string, number>>): string[] {
  const [name, value] = Object.entries(metrics).find(([key]) => key.endsWith('_per_second')) ?? [];
  if (name === undefined || value === undefined) return [];
  const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 }).format(value);
  return [`${short} ${name.replace('_per_second', '').replaceAll('_', ' ')}/s`];
}

function bar(fraction: number): string {
  const full = Math.round(fraction * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}
