import { checkReward } from '@attune/bandits';
import { decidedAtMs } from '@attune/decision-ids';
import { AppError } from '@attune/errors';
import { isWithinWindow } from '../domain/outcomes-of';
import type { Policy } from '../domain/policy';
import type { OutcomeEvent } from '../domain/policy-event';
import type { Clock, OutcomeStore, PolicyShelf, SelectionPlace, SelectionStore } from '../ports';
import { rewardsCounted } from '../telemetry';

/** A reward that somebody tells. */
export interface ToldReward {
  readonly decisionId: string;
  /** Empty: of every policy that chose under the id. */
  readonly policy: string;
  readonly reward: number;
  readonly rewardId: string;
  /** Absent: now. */
  readonly earnedAt?: Date;
}

/** A choice that was made so lately may still be on its way to where it is looked up. */
const YOUNG_MS = 60_000;
const LOOKS = 10;

/** What recording needs. */
export interface RecordRewardParts {
  readonly policies: PolicyShelf;
  readonly selections: Pick<SelectionStore, 'find'>;
  readonly outcomes: Pick<OutcomeStore, 'add'>;
  /** Called when rewards are written down: from there they come to the log by themselves, and nobody waits for that. */
  readonly onRecorded: () => void;
  readonly clock: Clock;
  /** Waits before a choice is looked up once more: a tenth of a second or so. */
  readonly pause: (signal: AbortSignal) => Promise<void>;
}

/** Records a reward: true where it counts, false where the same was recorded before. Throws with the state untouched. */
export function makeRecordReward(parts: RecordRewardParts) {
  return async (told: ToldReward, { signal }: { readonly signal: AbortSignal }): Promise<boolean> => {
    const now = parts.clock();
    const places = await findSelections(parts, told, now, signal);
    const earnedAt = told.earnedAt ?? now;
    const outcomes: OutcomeEvent[] = [];
    for (const { policy: name, decisionId, selectedAt } of places) {
      const { policy } = await parts.policies.get(name);
      checkReward(policy.kind, told.reward);
      requireWindow(policy, selectedAt, earnedAt);
      const eventId = `told/${name}/${decisionId}/${told.rewardId}`;
      const about = { policy: name, decisionId, interactionType: '', earnedAt };
      outcomes.push({ eventId, ...about, kind: 'reward', reward: told.reward });
    }
    const added = await parts.outcomes.add(outcomes, now);
    rewardsCounted(outcomes.filter(({ eventId }) => added.has(eventId)));
    parts.onRecorded();
    return added.size > 0;
  };
}

async function findSelections(
  { selections, pause }: RecordRewardParts,
  { decisionId, policy }: ToldReward,
  now: Date,
  signal: AbortSignal,
): Promise<readonly SelectionPlace[]> {
  const decidedMs = decidedAtMs(decisionId);
  const looks = decidedMs !== undefined && now.getTime() - decidedMs <= YOUNG_MS ? LOOKS : 1;
  for (let look = 1; decidedMs !== undefined; look++) {
    const found = await selections.find([decisionId]);
    const asked = found.filter((place) => policy === '' || place.policy === policy);
    if (asked.length > 0) return asked;
    if (look >= looks) break;
    await pause(signal);
  }
  const by = policy === '' ? 'no policy' : `policy "${policy}" did not`;
  const message = `${by} ${policy === '' ? 'chose' : 'choose'} under decision "${decisionId}", or it is no longer kept: give the id that SelectArm answered`;
  throw new AppError('not_found.selection', message);
}

function requireWindow(policy: Policy, selectedAt: Date, earnedAt: Date): void {
  if (isWithinWindow(policy, selectedAt.getTime(), earnedAt.getTime())) return;
  const when = `was earned at ${earnedAt.toISOString()}, the choice was made at ${selectedAt.toISOString()}`;
  throw new AppError(
    'failed_precondition.reward_window',
    `the reward ${when}, and policy "${policy.name}" counts rewards within ${policy.rewardWindowSeconds} s after a choice`,
  );
}
