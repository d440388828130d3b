/**
 * Settings with which serving waits for stages that a busy machine runs late, where its usual budget would leave them out: for
 * journeys about what a slate has, not about what becomes of it when something is slow.
 */
export const PATIENT: Readonly<Record<string, string>> = {
  ATTUNE_SERVING_BUDGET_MS: '5000',
  ATTUNE_SERVING_USER_READ_TIMEOUT_MS: '3000',
};
