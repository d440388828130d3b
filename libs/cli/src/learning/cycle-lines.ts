import { training } from '@attune/contracts';
import { table } from '../output';
import { whenText } from './decision-lines';

/** Learning cycles, newest first; of one model also every stage and every check. */
export function cycleLines(
  cycles: readonly training.LearningCycle[],
  { inFull }: { readonly inFull: boolean },
): readonly string[] {
  if (cycles.length === 0) return ['Nothing was learned by itself yet. "attune retrain --explain" says why not.'];
  if (inFull) return cycles.flatMap((cycle, at) => [...(at === 0 ? [] : ['']), ...linesOfOne(cycle)]);
  return table(
    ['began', 'model', 'challenger', 'beside', 'stage', 'because', 'outcome'],
    cycles.map((cycle) => [
      whenText(cycle.startedAt),
      cycle.model,
      versionText(cycle.challenger),
      versionText(cycle.champion),
      learningStageText(cycle.stage),
      cycle.reason,
      cycle.outcome || '-',
    ]),
  );
}

function linesOfOne(cycle: training.LearningCycle): string[] {
  const { model, cycleId, challenger, champion, reason, outcome, failureCount } = cycle;
  const beside = champion === undefined ? '' : ` beside ${versionText(champion)}`;
  return [
    `${model} ${versionText(challenger)}${beside}, cycle ${cycleId}: ${learningStageText(cycle.stage)}`,
    `because ${reason}`,
    ...(outcome === '' ? [] : [`outcome: ${outcome}`]),
    ...(failureCount > 1 ? [`${failureCount} cycles in a row ended without a promotion`] : []),
    ...table(
      ['  when', 'stage', 'why'],
      cycle.steps.map(({ at, stage, reason: why }) => [`  ${whenText(at)}`, learningStageText(stage), why]),
    ),
    ...(cycle.checks.length === 0
      ? []
      : table(
          ['  check', 'passed', 'what it says'],
          cycle.checks.map(({ name, passed, reason: why }) => [`  ${name}`, passed ? 'yes' : 'NO', why]),
        )),
  ];
}

/** A stage of a cycle as people write it. */
function learningStageText(stage: training.LearningStage): string {
  return training.learningStageToJSON(stage).replace('LEARNING_STAGE_', '').toLowerCase();
}

function versionText(ref: { readonly version: string } | undefined): string {
  return ref === undefined ? '-' : `v${ref.version}`;
}
