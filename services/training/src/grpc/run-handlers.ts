import type { training } from '@attune/contracts';
import type { Handlers } from '@attune/grpc';
import { page, pageSize, placeOf } from '@attune/paging';
import type { Clock, RunStore } from '../ports';
import type { makeCancelTraining } from '../use-cases/cancel-training';
import type { makeStartTraining } from '../use-cases/start-training';
import { type makeWatchTraining, runNotFound } from '../use-cases/watch-training';
import { runStateFromWire, termsFromWire, toRun } from './mapping';

type RunHandlers = Pick<
  Handlers<training.TrainingServiceServer>,
  'startTraining' | 'watchTraining' | 'getRun' | 'listRuns' | 'cancelTraining'
>;

/** Handlers of the RPCs about runs. */
export function makeRunHandlers(use: {
  readonly startTraining: ReturnType<typeof makeStartTraining>;
  readonly watchTraining: ReturnType<typeof makeWatchTraining>;
  readonly cancelTraining: ReturnType<typeof makeCancelTraining>;
  readonly runs: RunStore;
  readonly clock: Clock;
}): RunHandlers {
  return {
    startTraining: async (request, { caller }) => ({
      run: toRun(
        await use.startTraining({
          model: request.model,
          settings: request.settings?.values ?? {},
          ...(request.from === undefined ? {} : { from: request.from }),
          ...(request.to === undefined ? {} : { to: request.to }),
          promote: request.promote,
          promotionTerms: termsFromWire(request.promotionTerms),
          warmStart: request.warmStart,
          actor: caller ?? 'unknown',
        }),
      ),
    }),
    watchTraining: async function* (request, { signal }) {
      for await (const step of use.watchTraining(request.runId, { signal })) {
        yield { run: toRun(step.run), sequence: step.sequence, at: step.at };
      }
    },
    getRun: async ({ runId }) => {
      const run = await use.runs.get(runId);
      if (run === undefined) throw runNotFound(runId);
      return { run: toRun(run) };
    },
    listRuns: async (request) => {
      const size = pageSize(request.pageSize, 50);
      const question = `runs:${request.model}:${request.state}`;
      const place = placeOf(request.pageToken, question);
      const found = await use.runs.list({
        ...(request.model === '' ? {} : { model: request.model }),
        ...optional('state', runStateFromWire(request.state)),
        ...optional('after', place && { createdAt: new Date(String(place[0])), runId: String(place[1]) }),
        limit: size + 1,
      });
      const { rows, nextPageToken } = page(found, {
        size,
        question,
        placeAfter: (run) => [run.createdAt.toISOString(), run.runId],
      });
      return { runs: rows.map(toRun), nextPageToken };
    },
    cancelTraining: async ({ runId }) => ({ run: toRun(await use.cancelTraining(runId)) }),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
