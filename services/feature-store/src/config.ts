import { decimal, defineSettings, integer, platformSettings, type SettingsOf, setting } from '@attune/config';
import { daysKept, LONGEST_TOPIC_DAYS } from '@attune/contracts';

const MAX_DAYS = 36_500;

/** The settings of the feature-store: those of every service, and its own. */
export const featureStoreSettings = defineSettings({
  ...platformSettings,
  slabStates: setting(
    'ATTUNE_FEATURE_STORE_SLAB_STATES',
    integer({ min: 2, max: 10_000_000 }),
    'feature states of each view that a process keeps at hand',
    100_000,
  ),
  slabFreshMs: setting(
    'ATTUNE_FEATURE_STORE_SLAB_FRESH_MS',
    integer({ min: 0, max: 1_000 }),
    'how long a state at hand is used without asking Redis',
    200,
  ),
  userEventsPerMinute: setting(
    'ATTUNE_FEATURE_STORE_USER_EVENTS_PER_MINUTE',
    integer({ min: 0, max: 60_000 }),
    'a user with more live events in a minute is no person: those events are flagged; 0 flags nothing',
    300,
  ),
  qualityFlushMs: setting(
    'ATTUNE_FEATURE_STORE_QUALITY_FLUSH_MS',
    integer({ min: 10, max: 600_000 }),
    'how often counts of incoming data are written to PostgreSQL; a crash loses those since the last time',
    5_000,
  ),
  quarantineRejectedShare: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_REJECTED_SHARE',
    decimal({ min: 0.01, max: 2 }),
    'a producer with such a share of rejected events is put into quarantine; more than 1 never does it',
    0.5,
  ),
  quarantineMinEvents: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_MIN_EVENTS',
    integer({ min: 1 }),
    'a producer with fewer events in the window is not judged',
    1_000,
  ),
  quarantineWindowMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_WINDOW_MS',
    integer({ min: 1_000, max: 3_600_000 }),
    'over how long the share of rejected events is measured',
    60_000,
  ),
  quarantineForMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_FOR_MS',
    integer({ min: 1_000, max: 30 * 86_400_000 }),
    'after how long a producer that was put into quarantine is let out by itself',
    15 * 60_000,
  ),
  quarantinePollMs: setting(
    'ATTUNE_FEATURE_STORE_QUARANTINE_POLL_MS',
    integer({ min: 10, max: 60_000 }),
    'how often a replica judges its producers and hears of quarantines of other replicas',
    1_000,
  ),
  replayStateMb: setting(
    'ATTUNE_FEATURE_STORE_REPLAY_STATE_MB',
    integer({ min: 1, max: 65_536 }),
    'memory, about, for the states of users and items while a training set is built; more of them lie in a temporary file',
    512,
  ),
  replayThreads: setting(
    'ATTUNE_FEATURE_STORE_REPLAY_THREADS',
    integer({ min: 1, max: 64 }),
    'threads that build a training set, each for a part of the users; its bytes do not depend on it',
    2,
  ),
  historyDays: setting(
    'ATTUNE_FEATURE_STORE_HISTORY_DAYS',
    integer({ min: 1, max: MAX_DAYS }),
    'days of interactions in the database; older ones are in the archive alone, and come back when they are needed',
    daysKept('interactions')!,
  ),
  decisionDays: setting(
    'ATTUNE_FEATURE_STORE_DECISION_DAYS',
    integer({ min: 1, max: MAX_DAYS }),
    'days of decision records in the database; older ones are in the archive alone',
    daysKept('decisions')!,
  ),
  entityChangeDays: setting(
    'ATTUNE_FEATURE_STORE_ENTITY_CHANGE_DAYS',
    integer({ min: 0, max: MAX_DAYS }),
    'days of changes of users, items and follows in the database; 0 keeps all of them there',
    daysKept('entity_changes') ?? 0,
  ),
  knownEventDays: setting(
    'ATTUNE_FEATURE_STORE_KNOWN_EVENT_DAYS',
    // With fewer days an event that the log, or a dead letter, brings again would count twice.
    integer({ min: LONGEST_TOPIC_DAYS, max: MAX_DAYS }),
    `for how many days an event that is sent again counts once; at least the ${LONGEST_TOPIC_DAYS} days that topics keep records`,
    daysKept('known_events')!,
  ),
  qualityDays: setting(
    'ATTUNE_FEATURE_STORE_QUALITY_DAYS',
    integer({ min: 8, max: MAX_DAYS }),
    'days of counts and findings about incoming data; hours are compared with those of the 7 days before',
    daysKept('quality_counts')!,
  ),
  maintenanceMs: setting(
    'ATTUNE_FEATURE_STORE_MAINTENANCE_MS',
    integer({ min: 100, max: 86_400_000 }),
    'how often days that are over are exported, and what is too old leaves the database',
    300_000,
  ),
});

/** Checked settings of the feature-store. */
export type FeatureStoreConfig = SettingsOf<typeof featureStoreSettings>;
