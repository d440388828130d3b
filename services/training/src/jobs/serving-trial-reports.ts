import type { Client, serving } from '@attune/contracts';
import { toAppError } from '@attune/errors';
import type { ServingSight, TrialReports } from '../learning-ports';

const DEADLINE_MS = 2_000;

/** Asks serving how trials go. Where serving cannot be asked, a trial goes by the registry alone: serving moves a version itself there. */
export function servingTrialReports(
  client: () => Client<serving.ServingServiceServer>,
  onSilence: (error: unknown) => void,
): TrialReports {
  return {
    async of({ digest }, { signal }): Promise<ServingSight> {
      try {
        const state = await client().getServingState({}, { signal, deadlineMs: DEADLINE_MS });
        const refusal = state.refused.find(({ ref }) => ref?.digest === digest);
        const canary = state.canaries.find(({ ref }) => ref?.digest === digest);
        return {
          ...(refusal === undefined ? {} : { refusedBecause: refusal.problem?.message ?? 'its artifact was refused' }),
          ...(canary === undefined
            ? {}
            : {
                canary: {
                  slates: Math.max(0, ...canary.guardrails.map(({ canaryCount }) => canaryCount)),
                  verdict: canary.verdict,
                  reason: canary.reason,
                },
              }),
        };
      } catch (error) {
        if (!signal.aborted) onSilence(toAppError(error));
        return {};
      }
    },
  };
}
