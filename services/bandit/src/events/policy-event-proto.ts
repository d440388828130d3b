import { type events, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { OutcomeEvent, PolicyEvent, Selection } from '../domain/policy-event';

/** A choice as bytes of `policies.v1`. */
export function selectionBytes(selection: Selection): Uint8Array {
  const { policy, decisionId, arm, propensity, context, probabilities, policyVersion, selectedAt } = selection;
  return bytesOf({
    eventId: `selected/${policy}/${decisionId}`,
    policy,
    occurredAt: selectedAt,
    event: {
      $case: 'selected',
      value: {
        ...{ decisionId, arm, propensity, context: [...context], policyVersion },
        probabilities: probabilities.map((one) => ({ name: one.arm, score: one.probability })),
      },
    },
  });
}

/** A reward or a hit as bytes of `policies.v1`. */
export function outcomeBytes(outcome: OutcomeEvent): Uint8Array {
  const { eventId, policy, decisionId, kind, reward, interactionType, earnedAt } = outcome;
  const about = { eventId, policy, occurredAt: earnedAt };
  if (kind === 'reward') return bytesOf({ ...about, event: { $case: 'earned', value: { decisionId, reward } } });
  return bytesOf({ ...about, event: { $case: 'hit', value: { decisionId, interactionType } } });
}

/** That the outcomes of choices are due, as bytes of `policies.v1`. */
export function dueBytes(policy: string, decisionIds: readonly string[], at: Date): Uint8Array {
  const eventId = `due/${policy}/${decisionIds[0]}/${decisionIds.length}`;
  return bytesOf({
    eventId,
    policy,
    occurredAt: at,
    event: { $case: 'due', value: { decisionIds: [...decisionIds] } },
  });
}

function bytesOf(event: events.PolicyEvent): Uint8Array {
  return TOPIC_CODECS.policies.encode(event).finish();
}

/** What bytes of `policies.v1` say, or why they say nothing that can be folded. */
export function policyEventOf(value: Uint8Array): PolicyEvent | AppError {
  try {
    const event = TOPIC_CODECS.policies.decode(value);
    if (event.policy === '' || event.eventId === '' || event.occurredAt === undefined) {
      return new AppError('invalid.event', 'the record has no policy, event id or time');
    }
    return eventOf(event, event.occurredAt) ?? new AppError('invalid.event', 'the record says nothing that is known');
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not a PolicyEvent', { cause });
  }
}

function eventOf({ policy, eventId, event }: events.PolicyEvent, at: Date): PolicyEvent | undefined {
  const about = { eventId, policy, earnedAt: at };
  switch (event?.$case) {
    case 'selected':
      return { kind: 'selected', policy, selection: selectionOf(policy, event.value, at) };
    case 'earned':
      return { kind: 'outcome', policy, outcome: { ...about, ...event.value, kind: 'reward', interactionType: '' } };
    case 'hit':
      return { kind: 'outcome', policy, outcome: { ...about, ...event.value, kind: 'hit', reward: 0 } };
    case 'due':
      return { kind: 'due', policy, decisionIds: event.value.decisionIds };
    case undefined:
      return undefined;
    default:
      return event satisfies never;
  }
}

function selectionOf(policy: string, selected: events.ArmSelected, selectedAt: Date): Selection {
  const { decisionId, arm, propensity, context, probabilities, policyVersion } = selected;
  return {
    ...{ policy, decisionId, arm, propensity, context, policyVersion, selectedAt },
    probabilities: probabilities.map(({ name, score }) => ({ arm: name, probability: score })),
  };
}
