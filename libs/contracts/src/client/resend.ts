import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type AppError, isAppError, ruleOf } from '@attune/errors';
import type { Effect } from '../access-rules';
import { resent } from './client-telemetry';
import { abortedError, type CalledMethod, type OutgoingCall } from './outgoing-call';

/** How often a call is sent at most. */
const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 100;
const GROWTH = 3;

const filled = (value: unknown) => typeof value === 'string' && value !== '';

/** A request as it is sent: where a request id makes the call safe to send again and the caller left it empty, it gets one. */
export function withRequestId<T>(effect: Effect, request: T): T {
  if (effect !== 'request_id' || filled((request as { requestId?: unknown }).requestId)) return request;
  return { ...request, requestId: randomUUID() };
}

/** Whether a failure is one that another attempt may avoid: UNAVAILABLE alone (AIP-194). */
export const isWorthResending = (error: unknown): error is AppError =>
  isAppError(error) && ruleOf(error.code).callerMayRetry;

/** Whether this request may be sent again: reads may, and so may calls whose ids let the server see that it was there before. */
export function mayResend(effect: Effect, request: unknown): boolean {
  if (effect === 'once') return false;
  if (effect !== 'event_ids') return true;
  const { interactions, rewardId } = request as { interactions?: { eventId: string }[]; rewardId?: string };
  return interactions === undefined ? filled(rewardId) : interactions.every(({ eventId }) => filled(eventId));
}

/**
 * Waits before the next attempt: longer each time, at random, and at least as long as the server asked. False when there
 * is to be none: the attempts are used up, the time is, or too many calls fail already.
 */
export async function backOff(
  attempt: number,
  error: AppError,
  { name, shared }: CalledMethod,
  call: OutgoingCall,
): Promise<boolean> {
  if (attempt >= MAX_ATTEMPTS) return false;
  const longest = FIRST_DELAY_MS * GROWTH ** (attempt - 1);
  const delayMs = Math.max(error.retryAfterMs ?? 0, randomInt(Math.ceil(longest / 2), longest + 1));
  if (Date.now() + delayMs >= call.deadline) return false;
  if (!shared.retries.allows) {
    resent(name, 'throttled');
    return false;
  }
  const signal = AbortSignal.any([...call.signals]);
  await wait(delayMs, undefined, { signal }).catch(() => undefined);
  for (const each of call.signals) if (each.aborted) throw abortedError(each);
  resent(name, 'sent');
  return true;
}
