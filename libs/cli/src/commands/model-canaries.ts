import { serving } from '@attune/contracts';
import type { Command } from 'commander';
import type { RunAction } from '../command';
import type { CliContext } from '../context';
import { table } from '../output';
import { percentText } from '../percent-text';

/** `attune models canaries`: how versions do that serve a share of the users. */
export function addCanaries(models: Command, run: RunAction): void {
  models
    .command('canaries')
    .description('how canaries do beside what is in production, guardrail by guardrail, and why one was taken back')
    .action(
      run(async (context: CliContext) => {
        const { canaries } = await context.client('serving').getServingState({});
        context.output.result({ canaries: canaries.map((canary) => serving.CanaryState.toJSON(canary)) }, () =>
          canaries.length === 0
            ? [
                'No version serves as a canary, and none was taken back lately. One that was just promoted is here within seconds.',
              ]
            : canaries.flatMap((canary, at) => [...(at === 0 ? [] : ['']), ...canaryLines(canary)]),
        );
      }),
    );
}

/** A canary in a sentence, and a line per guardrail. */
export function canaryLines({
  ref,
  share,
  verdict,
  reason,
  judgedAt,
  guardrails,
}: serving.CanaryState): readonly string[] {
  const when = judgedAt?.toISOString().slice(0, 19) ?? '';
  return [
    `${ref?.name} v${ref?.version}, ${percentText(share)} of the users: ${verdict.replace('_', ' ')} at ${when}`,
    ...(verdict === 'rolled_back' ? [`because of ${reason}`] : []),
    ...table(
      ['  guardrail', 'bad slates of the canary', 'of production', 'worse by at least', 'at most', 'tolerated', ''],
      guardrails.map((one) => [
        `  ${one.name}`,
        rateText(one.canaryRate, one.canaryCount),
        rateText(one.productionRate, one.productionCount),
        ...(one.canaryCount === 0 || one.productionCount === 0
          ? ['-', '-']
          : [percentText(one.leastHarm), percentText(one.mostHarm)]),
        percentText(one.tolerance),
        one.verdict,
      ]),
    ),
  ];
}

function rateText(rate: number, count: number): string {
  return count === 0 ? 'none yet' : `${percentText(rate)} of ${count}`;
}
