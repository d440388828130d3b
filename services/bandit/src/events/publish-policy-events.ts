import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Clock, PolicyEventPublisher } from '../ports';
import { dueBytes, outcomeBytes } from './policy-event-proto';

/** Appends rewards and hits, and that outcomes are due, to `policies.v1`, keyed by policy. */
export function publishPolicyEvents(eventLog: Pick<EventLog, 'append'>, clock: Clock): PolicyEventPublisher {
  return {
    outcomes: (outcomes) =>
      eventLog.append(
        TOPICS.policies.name,
        outcomes.map((outcome) => ({ key: outcome.policy, value: outcomeBytes(outcome) })),
      ),
    due: (policy, decisionIds) =>
      eventLog.append(TOPICS.policies.name, [{ key: policy, value: dueBytes(policy, decisionIds, clock()) }]),
  };
}
