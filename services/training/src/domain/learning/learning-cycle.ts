import type { ModelVersionRef } from '../run';

/** Where a cycle stands. The last three are final. */
const LEARNING_STAGES = ['training', 'proving', 'shadow', 'canary', 'promoted', 'rejected', 'failed'] as const;

/** See `LEARNING_STAGES`. */
export type LearningStage = (typeof LEARNING_STAGES)[number];

/** One check of a challenger, with its figures in a sentence. */
export interface LearningCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly reason: string;
}

/** A change of stage. */
export interface LearningStep {
  readonly stage: LearningStage;
  readonly at: Date;
  readonly reason: string;
}

/** One turn of continuous learning of one model: decision, training, proof, trial, and promotion or rejection. */
export interface LearningCycle {
  readonly cycleId: string;
  readonly model: string;
  readonly stage: LearningStage;
  /** Why the model is trained again. */
  readonly reason: string;
  /** Who asked for it; `learning` where the service decided by itself. */
  readonly actor: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** It learns from what happened from here on; absent for all. */
  readonly learnFrom?: Date;
  /** It learns from nothing that happened later: that is what champion and challenger are asked. Absent where nothing is kept back. */
  readonly heldOutFrom?: Date;
  readonly champion?: ModelVersionRef;
  readonly challenger?: ModelVersionRef;
  readonly checks: readonly LearningCheck[];
  /** What became of it; empty while it is under way. */
  readonly outcome: string;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly steps: readonly LearningStep[];
  /** How many cycles of the model ended in a row without a promotion, with this one. */
  readonly failureCount: number;
}

/** What becomes of a cycle at its present stage. */
export type StageOutcome =
  | { readonly kind: 'stay' }
  | ({ readonly kind: 'enter'; readonly stage: LearningStage; readonly reason: string } & Partial<
      Pick<LearningCycle, 'challenger' | 'checks'>
    >);

/** Whether nothing will become of it any more. */
export function isOver({ stage }: Pick<LearningCycle, 'stage'>): boolean {
  return stage === 'promoted' || stage === 'rejected' || stage === 'failed';
}

/** The run that trains a cycle's challenger: the same in every replica and after every crash. */
export function runIdOf({ cycleId }: Pick<LearningCycle, 'cycleId'>): string {
  return cycleId;
}

/** Since when a cycle stands where it stands. */
export function stageSince({ steps, startedAt }: Pick<LearningCycle, 'steps' | 'startedAt'>): Date {
  return steps.at(-1)?.at ?? startedAt;
}

/** The cycle at its next stage. An ending that is no promotion counts as one more failure in a row. */
export function enter(
  cycle: LearningCycle,
  stage: LearningStage,
  {
    reason,
    now,
    ...found
  }: { readonly reason: string; readonly now: Date } & Partial<Pick<LearningCycle, 'challenger' | 'checks'>>,
): LearningCycle {
  const steps = [...cycle.steps, { stage, at: now, reason }];
  const moved = { ...cycle, ...found, stage, steps };
  if (!isOver(moved)) return moved;
  const failureCount = stage === 'promoted' ? 0 : cycle.failureCount + 1;
  return { ...moved, failureCount, outcome: reason, endedAt: now };
}
