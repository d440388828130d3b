import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { INTERACTION_TYPES, TOPICS } from '@attune/contracts';
import { keepDoing, type PlatformOf, type RunningService, type Stack, startService } from '@attune/kit';
import { inOneReplica } from '@attune/postgres';
import { newDecisionId, uniformOf } from './chance';
import type { BanditConfig } from './config';
import { makeOnInteraction } from './events/on-interaction';
import { makeOnPolicyEvent } from './events/on-policy-event';
import { publishPolicyEvents } from './events/publish-policy-events';
import { SelectionBuffer } from './events/publish-selection';
import { makeChoiceHandlers } from './grpc/choice-handlers';
import { makePolicyHandlers } from './grpc/policy-handlers';
import { ChildPolicyEvaluator } from './jobs/child-policy-evaluator';
import type { Clock } from './ports';
import { forgetOldChoices } from './storage/forget-old-choices';
import { PostgresFoldStore } from './storage/postgres-fold-store';
import { PostgresOutcomes } from './storage/postgres-outcomes';
import { PostgresPolicyStore } from './storage/postgres-policy-store';
import { PostgresSelections } from './storage/postgres-selections';
import { PostgresWatch } from './storage/postgres-watch';
import { makeApplyEvents } from './use-cases/apply-events';
import { makeAttributeInteractions, makeSettleWaiting } from './use-cases/attribute-interactions';
import { makeCallDue } from './use-cases/call-due';
import { makeCreatePolicy } from './use-cases/create-policy';
import { makeEvaluatePolicy } from './use-cases/evaluate-policy';
import { makeGetPolicy } from './use-cases/get-policy';
import { makeHoldGuardrails } from './use-cases/hold-guardrails';
import { PolicyBook } from './use-cases/policy-book';
import { makeRecordReward } from './use-cases/record-reward';
import { makeSelectArm } from './use-cases/select-arm';
import { sharedRuns } from './use-cases/shared-runs';
import { makeUpdatePolicy } from './use-cases/update-policy';

const GROUP = 'bandit';
const DRAIN_MS = 5_000;
const LOOK_AGAIN_MS = 100;
const FOLDED_AT_ONCE = 64;
/** Children are started from what was built, also where the sources run. */
const EVALUATION_CHILD = join(__dirname, '..', 'dist', 'policy-evaluation-child.js');

/** What a test may put in place of the real thing. */
export interface BanditOverrides {
  readonly clock?: Clock;
}

type BanditPlatform = PlatformOf<'event-log', string>;

/** Starts the bandit service. */
export function startBandit(config: BanditConfig, overrides: BanditOverrides = {}): Promise<RunningService> {
  return startService({
    name: 'bandit',
    settings: config,
    migrations: join(__dirname, '..', 'migrations'),
    uses: ['event-log'],
    overrides,
    compose: (platform, stack) => compose(config, platform, stack),
  });
}

async function compose(config: BanditConfig, platform: BanditPlatform, stack: Stack) {
  const { database, eventLog, clock, logger } = platform;
  const policies = new PostgresPolicyStore(database);
  const selections = new PostgresSelections(database);
  const outcomes = new PostgresOutcomes(database);
  const watch = new PostgresWatch(database);
  const book = new PolicyBook(policies);
  const publisher = publishPolicyEvents(eventLog, clock);
  const buffer = new SelectionBuffer({ eventLog, maxWaiting: config.maxWaiting, logger });
  stack.defer('choices on their way', () => buffer.drain(DRAIN_MS), DRAIN_MS + 1_000);
  const keep = async (name: string, everyMs: number, work: (options: { signal: AbortSignal }) => Promise<unknown>) => {
    const onFailure = (err: unknown) => logger.warn({ err }, `${name}: failed, and is tried again`);
    await stack.open(name, async () => keepDoing({ everyMs, work, onFailure }));
  };
  const publishOutcomes = sharedRuns(async () => {
    while ((await outcomes.publishPending(publisher.outcomes, clock())) > 0);
  });
  const attribution = { policies: book, selections, outcomes, publishOutcomes, clock, waitSeconds: config.waitSeconds };
  const callDue = makeCallDue({ policies: book, selections, publisher, clock });
  // what was changed stays so where it cannot be read at once: the next round reads it
  const onChange = () => book.refresh().catch(() => undefined);
  const holdGuardrails = makeHoldGuardrails({ shelf: book, policies, watch, clock, onChange });
  const evaluator = new ChildPolicyEvaluator({
    ...{ modulePath: EVALUATION_CHILD, databaseUrl: config.databaseUrl!, schema: database.schema },
    atOnce: config.evaluationsAtOnce,
  });
  await book.refresh();
  await keep('reading of policies', config.refreshMs, () => book.refresh());
  await keep('rewards on their way', config.roundMs, publishOutcomes);
  await keep('outcomes that are due', config.roundMs, ({ signal }) =>
    inOneReplica(database, 'call-due', async () => {
      // The next round begins when these are folded, and finds the rest.
      if ((await callDue({ signal })) > 0) await eventLog.handled(TOPICS.policies.name, GROUP, { signal });
    }),
  );
  await keep('guardrails', config.roundMs, holdGuardrails);
  await keep('deletion of old choices', config.maintenanceMs, () =>
    inOneReplica(database, 'forget', () => forgetOldChoices(database, clock(), config)),
  );
  const changing = {
    policies,
    interactionTypes: INTERACTION_TYPES.map(({ name }) => name),
    clock,
    onChange,
  };
  return {
    handlers: {
      ...makePolicyHandlers({
        createPolicy: makeCreatePolicy(changing),
        updatePolicy: makeUpdatePolicy(changing),
        getPolicy: makeGetPolicy({ policies, watch, clock }),
        policies,
      }),
      ...makeChoiceHandlers({
        selectArm: makeSelectArm({ policies: book, publisher: buffer, clock, newDecisionId, uniformOf }),
        recordReward: makeRecordReward({
          ...{ policies: book, selections, outcomes, clock },
          // where this fails, the next round tries again and says so
          onRecorded: () => void publishOutcomes().catch(() => undefined),
          pause: (signal) => wait(LOOK_AGAIN_MS, undefined, { signal }),
        }),
        evaluatePolicy: makeEvaluatePolicy({ policies: book, evaluator, clock }),
      }),
    },
    subscriptions: [
      await eventLog.subscribe({
        topic: TOPICS.policies.name,
        group: GROUP,
        maxBatch: FOLDED_AT_ONCE,
        handle: makeOnPolicyEvent({
          applyEvents: makeApplyEvents({ folds: new PostgresFoldStore(database) }),
          settleWaiting: makeSettleWaiting(attribution),
        }),
      }),
      await eventLog.subscribe({
        topic: TOPICS.interactions.name,
        group: GROUP,
        handle: makeOnInteraction(makeAttributeInteractions(attribution)),
      }),
    ],
  };
}
