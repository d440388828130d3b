import { AppError, type FieldViolation } from '@attune/errors';
import { POLICY_KINDS, type PolicyKind, type PolicySettings } from './policy-rules';

interface SettingRule {
  readonly kinds: readonly PolicyKind[];
  readonly initial: number | undefined;
  readonly isSound: (value: number) => boolean;
  readonly description: string;
}

const isPositive = (value: number) => value > 0 && value <= 1e9;
const ALL = POLICY_KINDS;

/** Each setting: for which kinds it is, its default, and what it may be. */
const SETTINGS: { readonly [Name in keyof PolicySettings]: SettingRule } = {
  epsilon: {
    kinds: ['epsilon_greedy'],
    initial: 0.1,
    isSound: (value) => value >= 0 && value <= 1,
    description: 'must be a number from 0 to 1',
  },
  temperature: {
    kinds: ['softmax'],
    initial: 0.1,
    isSound: (value) => value >= 1e-6 && value <= 1e9,
    description: 'must be a number from 0.000001 to 1e9',
  },
  annealSelections: {
    kinds: ['epsilon_greedy', 'softmax'],
    initial: undefined,
    isSound: isPositive,
    description: 'must be a number above 0, at most 1e9',
  },
  alpha: {
    kinds: ['linucb'],
    initial: 1,
    isSound: (value) => value >= 0 && value <= 1e6,
    description: 'must be a number from 0 to 1e6',
  },
  ridge: {
    kinds: ['linucb', 'linear_thompson'],
    initial: 1,
    isSound: (value) => value >= 1e-6 && value <= 1e9,
    description: 'must be a number from 0.000001 to 1e9',
  },
  noise: {
    kinds: ['thompson_gaussian', 'linear_thompson'],
    initial: 1,
    isSound: (value) => value >= 1e-6 && value <= 1e9,
    description: 'must be a number from 0.000001 to 1e9',
  },
  noiseWeight: {
    kinds: ['thompson_gaussian'],
    initial: 4,
    isSound: (value) => value >= 2 && value <= 1e9,
    description: 'must be a number from 2 to 1e9',
  },
  halfLifeHours: {
    kinds: ALL,
    initial: undefined,
    isSound: (value) => value >= 0.01 && value <= 1e6,
    description: 'must be a number from 0.01 to 1e6',
  },
};

/** What each kind can be told, for help texts and forms. */
export function settingNamesOf(kind: PolicyKind): readonly (keyof PolicySettings)[] {
  return (Object.keys(SETTINGS) as (keyof PolicySettings)[]).filter((name) => SETTINGS[name].kinds.includes(kind));
}

/**
 * The settings of a policy with the defaults of its kind, from what somebody sent. Throws `invalid.policy` with every violation:
 * settings that do not exist, that belong to another kind, or whose value cannot be.
 */
export function parsePolicySettings(kind: PolicyKind, given: unknown): PolicySettings {
  if (!POLICY_KINDS.includes(kind)) {
    throw invalid([{ field: 'kind', description: `must be one of ${POLICY_KINDS.join(', ')}` }]);
  }
  const wanted = given ?? {};
  if (typeof wanted !== 'object' || Array.isArray(wanted)) {
    throw invalid([{ field: 'settings', description: 'must be an object of names and numbers' }]);
  }
  const entries = Object.entries(wanted).filter(([, value]) => value !== undefined && value !== null);
  const violations = entries.flatMap(([name, value]) => violationsOf(kind, name, value));
  if (violations.length > 0) throw invalid(violations);
  const initial = Object.entries(SETTINGS).map(([name, rule]) => [name, rule.initial] as const);
  return Object.fromEntries([...initial, ...entries]) as unknown as PolicySettings;
}

function violationsOf(kind: PolicyKind, name: string, value: unknown): FieldViolation[] {
  const field = `settings.${name}`;
  const names = settingNamesOf(kind).join(', ');
  if (!Object.hasOwn(SETTINGS, name)) return [{ field, description: `is no setting: ${kind} knows ${names}` }];
  const { kinds, isSound, description } = SETTINGS[name as keyof PolicySettings];
  if (!kinds.includes(kind)) return [{ field, description: `is no setting of ${kind}, which knows ${names}` }];
  return typeof value === 'number' && isSound(value) ? [] : [{ field, description }];
}

function invalid(violations: readonly FieldViolation[]): AppError {
  const said = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  return new AppError('invalid.policy', said, { violations });
}
