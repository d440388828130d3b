import { follows } from '../blocks/follows';
import { userFacts } from '../blocks/user-facts';
import type { EntityState } from '../entity-state';
import { DAY_MS } from './feature';

const AGE_HALF_DAYS = 90;
const FOLLOWERS_HALF = 50;

/**
 * How far a user can be trusted, 0 to 1: what the product says in the attribute `trust_score`, and else what an account earns,
 * half by age (90 days are worth half of it) and half by followers (50 are worth half of it). Undefined for a user without a
 * profile.
 */
export function trustOf(user: EntityState, graph: EntityState | undefined, nowMs: number): number | undefined {
  const { facts } = user.part(userFacts);
  if (facts === undefined) return undefined;
  if (!Number.isNaN(facts.trust)) return facts.trust;
  const ageDays = Number.isNaN(facts.createdAtMs) ? 0 : Math.max(0, nowMs - facts.createdAtMs) / DAY_MS;
  const followers = graph === undefined ? 0 : graph.part(follows).followerCount;
  return 0.5 * (ageDays / (ageDays + AGE_HALF_DAYS)) + 0.5 * (followers / (followers + FOLLOWERS_HALF));
}
