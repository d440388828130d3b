import type { training } from '@attune/contracts';
import { table } from '../output';

/** Whether models are trained again, a line each; of one model every rule. */
export function decisionLines(
  decisions: readonly training.RetrainingDecision[],
  nextRoundAt?: Date | undefined,
): readonly string[] {
  const next = nextRoundAt === undefined ? [] : ['', `The next round of decisions is due at ${whenText(nextRoundAt)}.`];
  const [only] = decisions;
  if (decisions.length === 1 && only !== undefined) return [...ruleLines(only), ...next];
  const rows = decisions.map((one) => [one.model, one.retrain ? 'yes' : 'no', one.reason]);
  return [...table(['model', 'train again', 'because'], rows), ...next];
}

const AGAINST: readonly string[] = ['cycle_running', 'backing_off', 'too_little_data', 'not_in_use'];

function ruleLines({ model, retrain, reason, rules, currentCycle, notBefore }: training.RetrainingDecision): string[] {
  return [
    `${model}: ${retrain ? 'train again' : 'not now'}: ${reason}`,
    ...(notBefore === undefined ? [] : [`Not before ${whenText(notBefore)}.`]),
    ...(currentCycle === undefined
      ? []
      : [`Cycle ${currentCycle.cycleId}: "attune retrain --cycles" tells how it does.`]),
    '',
    ...table(
      ['  rule', 'speaks', 'holds', 'what it says'],
      rules.map(({ name, holds, reason: why }) => [
        `  ${name}`,
        AGAINST.includes(name) ? 'against' : 'for',
        holds ? 'yes' : 'no',
        why,
      ]),
    ),
  ];
}

/** A moment as people read it. */
export function whenText(at: Date | undefined): string {
  return at === undefined ? '-' : `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
