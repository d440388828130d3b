import type { bandit } from '@attune/contracts';
import { table } from '../output';
import { percentText } from '../percent-text';
import { kindName } from './policy-edits';

/** A policy for people: what it is, then a table of its arms. */
export function policyLines(policy: bandit.Policy): string[] {
  return [...headLines(policy), '', ...armLines(policy), ...heldLines(policy)];
}

function headLines(policy: bandit.Policy): string[] {
  const state = policy.enabled ? 'on' : `OFF: always ${policy.defaultArm}`;
  const rewards = Object.entries(policy.rewards).map(([type, reward]) => `${type} ${reward}`);
  const settings = Object.entries(policy.settings?.values ?? {}).map(([name, value]) => `${name} ${value}`);
  const guardrails = policy.guardrails.map(
    ({ interactionType, maxRate, minSelections }) =>
      `${interactionType} at most ${percentText(maxRate)} of at least ${minSelections} choices`,
  );
  const { contextNames: context } = policy;
  return [
    `Policy ${policy.name}, version ${policy.version}, ${kindName(policy.kind)}, ${state}`,
    `  every active arm at least ${percentText(policy.explorationFloor)} of choices; default ${policy.defaultArm}`,
    ...(settings.length === 0 ? [] : [`  settings: ${settings.join(', ')}`]),
    ...(context.length === 0 ? [] : [`  looks at ${context.length} numbers: ${context.join(', ')}`]),
    `  rewards: ${rewards.join(', ') || 'only those that are told'}, within ${timeText(policy.rewardWindowSeconds)};` +
      ` a choice counts ${countsFrom(policy)}`,
    ...(guardrails.length === 0 ? [] : [`  guardrails: ${guardrails.join('; ')}`]),
  ];
}

function countsFrom({ assumeNothingAfterSeconds: seconds }: bandit.Policy): string {
  return seconds === 0
    ? 'at once, without a reward until one comes'
    : `after ${timeText(seconds)}, with what came until then`;
}

function armLines({ arms, guardrails }: bandit.Policy): string[] {
  const watched = guardrails.map(({ interactionType }) => interactionType);
  const header = ['arm', 'state', 'chosen', 'waiting', 'rewarded', 'mean', '95 % interval', 'next', ...watched];
  return table(
    header,
    arms.map((arm) => {
      const { statistics: known } = arm;
      if (known === undefined) return [arm.name, stateOf(arm), ...header.slice(2).map(() => '')];
      return [
        ...[arm.name, stateOf(arm), known.selectionCount, known.pendingCount, known.rewardCount],
        ...[short(known.rewardMean), `${short(known.rewardLow)} .. ${short(known.rewardHigh)}`],
        known.propensity === undefined ? 'by context' : percentText(known.propensity),
        ...watched.map((type) =>
          known.guardrailRates[type] === undefined ? '' : percentText(known.guardrailRates[type]),
        ),
      ];
    }),
  );
}

function stateOf({ active, restrainedBecause }: bandit.Arm): string {
  if (!active) return 'retired';
  return restrainedBecause === '' ? 'active' : 'held';
}

function heldLines({ name, arms }: bandit.Policy): string[] {
  const held = arms.filter(({ active, restrainedBecause }) => active && restrainedBecause !== '');
  if (held.length === 0) return [];
  return [
    '',
    ...held.map((arm) => `${arm.name} is held at the floor: ${arm.restrainedBecause}`),
    `To let it go: scripts/attune bandit update ${name} --release ${held[0]!.name}`,
  ];
}

/** A number as people read it: four digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function timeText(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const [unit, size] = units.find(([, one]) => seconds >= one && seconds % one === 0) ?? ['s', 1];
  return `${seconds / size} ${unit}`;
}
