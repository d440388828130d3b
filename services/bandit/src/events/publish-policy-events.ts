import { TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import type { Clock, PolicyEventPublisher } from '../ports';
import { nothingBytes, outcomeBytes } from './policy-event-proto';

/** Appends rewards, hits and their absence to `policies.v1`, keyed by policy. */
export function publishPolicyEvents(eventLog: Pick<EventLog, 'append'>, clock: Clock): PolicyEventPublisher {
  return {
    outcomes: (outcomes) =>
      eventLog.append(
        TOPICS.policies.name,
        outcomes.map((outcome) => ({ key: outcome.policy, value: outcomeBytes(outcome) })),
      ),
    nothing: (policy, decisionIds) =>
      eventLog.append(TOPICS.policies.name, [{ key: policy, value: nothingBytes(policy, decisionIds, clock()) }]),
  };
}
