import type { training } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { Client } from '@attune/grpc';

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
    if (last !== undefined)
      onLine(`${bar(last.fraction)} ${(last.fraction * 100).toFixed(0).padStart(3)} % ${last.phase}`);
  }
  if (last !== undefined) return last;
  throw new AppError(
    'unavailable.run',
    `the story of run ${runId} ended before it began; scripts/attune models shows what came of it`,
  );
}

function bar(fraction: number): string {
  const full = Math.round(fraction * BAR_WIDTH);
  return '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
}
