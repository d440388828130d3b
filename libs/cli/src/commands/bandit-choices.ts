import { randomUUID } from 'node:crypto';
import { bandit } from '@attune/contracts';
import type { Command } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { finiteNumber, numbers, words } from '../parse';
import { percentText } from '../percent-text';

/** The verbs of `attune bandit` about choices: select, reward. */
export function addChoices(group: Command, run: RunAction): void {
  group
    .command('select')
    .argument('<policy>')
    .description('have a policy choose, and see how probable each arm was')
    .option('--context <numbers>', 'what it looks at, in the order of its names, separated by commas', numbers)
    .option('--arms <names>', 'only among these', words)
    .option('--decision <id>', 'your own id of the choice, a UUID of version 7')
    .action(run(select));
  group
    .command('reward')
    .argument('<decision>', 'the id that select printed')
    .argument('<reward>', 'how much it earned', finiteNumber)
    .description('tell what a choice earned')
    .option('--id <id>', 'identifies the reward: the same id counts once (default: a new one)')
    .option('--policy <name>', 'where several policies chose under the id')
    .action(run(reward));
}

interface SelectOptions {
  readonly context?: readonly number[];
  readonly arms?: readonly string[];
  readonly decision?: string;
}

async function select(context: CliContext, policy: string, options: SelectOptions): Promise<void> {
  const { context: numbersOf = [], arms = [], decision: decisionId = '' } = options;
  const request = { policy, context: [...numbersOf], eligibleArms: [...arms], decisionId, userId: '' };
  const answer = await context.client('bandit').selectArm(request);
  context.output.result(bandit.SelectArmResponse.toJSON(answer), () => [
    `${answer.arm}, chosen with probability ${percentText(answer.propensity)}${answer.note === '' ? '' : ` (${answer.note})`}`,
    '',
    ...table(
      ['arm', 'probability'],
      answer.probabilities.map(({ name, score }) => [name, percentText(score)]),
    ),
    '',
    `Decision ${answer.decisionId}`,
    `What it earned: scripts/attune bandit reward ${answer.decisionId} 1`,
  ]);
}

interface RewardOptions {
  readonly id?: string;
  readonly policy?: string;
}

async function reward(context: CliContext, decisionId: string, worth: number, options: RewardOptions): Promise<void> {
  const { id = randomUUID(), policy = '' } = options;
  const request = { decisionId, reward: worth, rewardId: id, policy, earnedAt: undefined };
  const { counted } = await context.client('bandit').recordReward(request);
  context.output.result({ counted, rewardId: id }, () => [
    counted ? `${worth} is counted.` : 'It was counted before: nothing changes.',
  ]);
}
