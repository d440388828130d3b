import { defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';

/** The settings of the bandit service. */
export const banditSettings = defineSettings({
  ...platformSettings,
  refreshMs: setting(
    'ATTUNE_BANDIT_REFRESH_MS',
    integer({ min: 10, max: 60_000 }),
    'how often a replica reads what changed of policies: so soon it knows of a kill switch, or of what was learned',
    500,
  ),
  roundMs: setting(
    'ATTUNE_BANDIT_ROUND_MS',
    integer({ min: 10, max: 60_000 }),
    'how often choices without a reward are looked for, and guardrails are judged',
    2_000,
  ),
  waitSeconds: setting(
    'ATTUNE_BANDIT_WAIT_SECONDS',
    integer({ min: 1, max: 86_400 }),
    'for so long after a decision its choice may still be on its way; what people did with it is kept until then',
    3_600,
  ),
  maxWaiting: setting(
    'ATTUNE_BANDIT_MAX_WAITING',
    integer({ min: 1, max: 10_000_000 }),
    'choices that may wait for the event log; further ones are answered and not recorded',
    50_000,
  ),
  evaluationsAtOnce: setting(
    'ATTUNE_BANDIT_EVALUATIONS_AT_ONCE',
    integer({ min: 1, max: 64 }),
    'off-policy evaluations that may run at once, each in a process of its own; further ones are refused',
    2,
  ),
  selectionDays: setting(
    'ATTUNE_BANDIT_SELECTION_DAYS',
    integer({ min: 31, max: 3_650 }),
    'days for which choices and their rewards are kept, for rewards that come late and for off-policy evaluation',
    31,
  ),
  maintenanceMs: setting(
    'ATTUNE_BANDIT_MAINTENANCE_MS',
    integer({ min: 100, max: 86_400_000 }),
    'how often what is too old is deleted',
    600_000,
  ),
});

/** Checked settings of the bandit service. */
export type BanditConfig = SettingsOf<typeof banditSettings>;
