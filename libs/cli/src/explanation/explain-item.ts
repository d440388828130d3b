import { serving } from '@attune/contracts';
import { isAppError } from '@attune/errors';
import type { CliContext } from '../context';

/** A record can take about a second until every replica finds it. */
const WAIT_MS = 5_000;
const RETRY_MS = 100;

/** What is to be explained. */
export interface ItemQuestion {
  readonly decisionId?: string;
  readonly userId?: string;
  readonly itemId?: string;
  readonly surface?: string;
  readonly label?: string;
}

/** Asks why an item was shown, or why not; waits for the record of a decision that was made a moment ago. */
export async function explainItem(
  context: CliContext,
  question: ItemQuestion,
): Promise<serving.ExplainDecisionResponse> {
  const client = context.client('serving');
  const request = serving.ExplainDecisionRequest.fromPartial(question);
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await client.explainDecision(request);
    } catch (error) {
      if (!isAppError(error, 'not_found') || Date.now() > giveUpAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
