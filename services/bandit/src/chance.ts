import { createHash, randomBytes } from 'node:crypto';
import { decisionIdAt } from '@attune/decision-ids';

/**
 * A number in [0, 1) that follows from a policy and the id of a decision: 48 bits of SHA-256. Independent between policies that choose under
 * one id, and the same again for a call that is sent again.
 */
export function uniformOf(policy: string, decisionId: string): number {
  const digest = createHash('sha256').update(`${policy}/${decisionId}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** A new id of a decision. */
export function newDecisionId(now: Date): string {
  return decisionIdAt(now, randomBytes(10));
}
