import { AppError, type FieldViolation } from '@attune/errors';
import { didYouMean } from './did-you-mean';
import { redactUrl } from './redact';
import type { Setting, SettingsDefinition, SettingsOf } from './setting';

/** How `loadSettings` treats what it does not know. */
export interface LoadOptions {
  /** Names of `ATTUNE_*` variables that belong to somebody else in the same environment. */
  readonly alsoKnown?: readonly string[];
}

/**
 * Reads settings from an environment. An empty variable counts as not set.
 *
 * Throws one `AppError('invalid.settings')` with a violation for every malformed or missing setting and for every
 * `ATTUNE_*` variable that no setting reads (those of the test kit, `ATTUNE_TEST_*`, excepted).
 */
export function loadSettings<D extends SettingsDefinition>(
  definition: D,
  env: NodeJS.ProcessEnv,
  options: LoadOptions = {},
): SettingsOf<D> {
  const problems: FieldViolation[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(definition)) values[key] = readOne(setting, env[setting.env], problems);
  problems.push(...unknownVariables(definition, env, options.alsoKnown ?? []));
  if (problems.length > 0) throw invalidSettings(problems);
  return values as SettingsOf<D>;
}

/** The error that reports settings problems, whoever finds them: `runMain` prints its violations one per line. */
export function invalidSettings(problems: readonly FieldViolation[]): AppError {
  const lines = problems.map(({ field, description }) => `${field}: ${description}`);
  const count = problems.length === 1 ? 'one setting is wrong' : `${problems.length} settings are wrong`;
  return new AppError('invalid.settings', `${count}: ${lines.join('; ')}`, { violations: problems });
}

function readOne(setting: Setting<unknown>, text: string | undefined, problems: FieldViolation[]): unknown {
  const isSet = text !== undefined && text !== '';
  if (!isSet && setting.defaultValue !== undefined) return setting.defaultValue;
  const result = setting.schema.safeParse(isSet ? text : undefined);
  if (result.success) return result.data;
  const reason = result.error.issues[0]?.message ?? 'is malformed';
  const description = isSet ? `${reason}${shown(setting, text)}` : `is required (${setting.description})`;
  problems.push({ field: setting.env, description });
  return undefined;
}

// What cannot be parsed cannot be redacted either, so a malformed URL with a user in it is not repeated.
function shown(setting: Setting<unknown>, text: string): string {
  if (setting.isSecret || (text.includes('@') && !URL.canParse(text))) return '';
  return `, not ${JSON.stringify(redactUrl(text))}`;
}

function unknownVariables(
  definition: SettingsDefinition,
  env: NodeJS.ProcessEnv,
  alsoKnown: readonly string[],
): FieldViolation[] {
  const known = new Set([...Object.values(definition).map((setting) => setting.env), ...alsoKnown]);
  const others = prefixesOfOthers(known);
  return Object.keys(env)
    .filter((name) => name.startsWith('ATTUNE_') && !name.startsWith('ATTUNE_TEST_') && !known.has(name))
    .filter((name) => !others.some((prefix) => name.startsWith(prefix)))
    .sort()
    .map((name) => {
      const meant = didYouMean(name, [...known]);
      return { field: name, description: `is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}` };
    });
}

/**
 * Services share one environment: what begins with the name of a peer (one whose address is a setting) is the peer's to check,
 * unless this definition has settings of that name itself.
 */
function prefixesOfOthers(known: ReadonlySet<string>): readonly string[] {
  const peers = [...known].filter((name) => name.endsWith('_ADDRESS')).map((name) => name.slice(0, -'ADDRESS'.length));
  return peers.filter((prefix) => ![...known].some((name) => name.startsWith(prefix) && name !== `${prefix}ADDRESS`));
}
