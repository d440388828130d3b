import { isAppError, ruleOf, toAppError } from '@attune/errors';
import { type Guardrail, judgeGuardrails } from '../domain/canary-guardrails';
import type { CanaryCounters, CanaryLedger, CanaryReport, CanaryRollback, OwedRollback } from '../guardrail-ports';
import type { RefusedArtifact } from '../model-ports';
import type { Clock, Waiting } from '../ports';
import { canaryRolledBack } from '../telemetry';
import type { Trial } from '../trial-ports';
import type { OutcomeCounter } from './count-canary-outcomes';
import type { ModelFollower } from './follow-models';

/** What watching needs. */
export interface WatchCanariesParts {
  readonly trials: () => Promise<readonly Trial[]>;
  readonly counter: Pick<OutcomeCounter, 'flush'>;
  readonly counters: Pick<CanaryCounters, 'read'>;
  readonly ledger: CanaryLedger;
  readonly rollback: CanaryRollback;
  readonly follower: Pick<ModelFollower, 'endTrial' | 'refused'>;
  /** Names this replica. */
  readonly replica: string;
  /** For how long this replica judges when it begins to. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly logger: { warn(details: object, message: string): void; error(details: object, message: string): void };
}

/** The canaries that this process counts for. */
export interface CanaryWatch {
  canaries(): readonly Trial[];
  /** Learns what is on trial, hands over what was counted, and where this replica judges, judges. */
  round(waiting: Waiting): Promise<void>;
}

/** Makes the watch over canaries: whoever holds the lease judges, and takes back what breaches a guardrail. */
export function makeWatchCanaries(
  parts: WatchCanariesParts & { readonly known: { canaries: readonly Trial[] } },
): CanaryWatch {
  const { ledger, follower, known, clock, logger } = parts;
  const told = new Set<string>();

  async function judge(trial: Trial, waiting: Waiting): Promise<void> {
    const guardrails = judgeGuardrails(await parts.counters.read(trial));
    const breach = breachOf(trial, guardrails, follower.refused());
    const verdict = breach !== undefined ? 'rolled_back' : guardrails.every(isCollecting) ? 'collecting' : 'within';
    const reason = breach ?? guardrails.map(({ name, verdict: one }) => `${name}: ${one}`).join(', ');
    const report: CanaryReport = {
      ...{ ref: trial.ref, share: trial.canaryShare, verdict, reason, judgedAt: clock(), guardrails },
    };
    // Noted before anything is done, so that whoever judges next goes on where this replica ended.
    if (breach !== undefined) await takeBack(trial, { ref: trial.ref, since: trial.since, reason: breach }, waiting);
    await ledger.report(report);
  }

  async function takeBack(trial: Trial, owed: OwedRollback, waiting: Waiting): Promise<void> {
    await ledger.owe(owed);
    await follower.endTrial(trial, waiting);
    canaryRolledBack(trial.ref);
    logger.error({ model: trial.ref, reason: owed.reason }, 'a canary breached a guardrail and was taken back');
  }

  async function settle(owed: OwedRollback, waiting: Waiting): Promise<void> {
    try {
      await parts.rollback.demote(owed, waiting);
      await ledger.settle(owed);
      told.delete(owed.ref.digest);
    } catch (error) {
      const problem = toAppError(error);
      // A version that is in production meanwhile, or gone, is not ours to move any more.
      const isOver = ruleOf(problem.code).onConsume === 'dead_letter' && !isAppError(error, 'unimplemented');
      if (isOver) await ledger.settle(owed);
      const next = isOver ? 'it is not tried again' : 'it is tried again';
      // Said once, not at every round.
      if (isOver || !told.has(owed.ref.digest))
        logger.warn(
          { err: problem, model: owed.ref },
          `training could not be told of a canary that was taken back; ${next}`,
        );
      told.add(owed.ref.digest);
    }
  }

  return {
    canaries: () => known.canaries,
    async round(waiting) {
      known.canaries = (await parts.trials()).filter(({ stage }) => stage === 'canary');
      await parts.counter.flush();
      const owed = await ledger.owed();
      if (known.canaries.length + owed.length === 0) return;
      if (!(await ledger.mayJudge(parts.replica, parts.leaseMs))) return;
      for (const trial of known.canaries) await judge(trial, waiting);
      for (const one of await ledger.owed()) await settle(one, waiting);
    },
  };
}

function breachOf(
  { ref }: Trial,
  guardrails: readonly Guardrail[],
  refused: readonly RefusedArtifact[],
): string | undefined {
  // What may pass, such as an object store that is away, is no fault of the version.
  const refusal = refused.find(
    (one) => one.ref.digest === ref.digest && ruleOf(one.problem.code).onConsume !== 'retry',
  );
  if (refusal !== undefined) return `its artifact was refused: ${refusal.problem.message}`;
  const breached = guardrails.find(({ verdict }) => verdict === 'breached');
  return breached && `guardrail ${breached.name}: ${breached.reason}`;
}

const isCollecting = ({ verdict }: Guardrail) => verdict === 'collecting';
