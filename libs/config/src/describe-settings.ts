import type { Setting, SettingsDefinition } from './setting';

/** One row of a settings table. */
export interface SettingDescription {
  readonly env: string;
  readonly description: string;
  /** The default as text, or nothing where there is none. */
  readonly defaultValue: string | undefined;
  readonly isRequired: boolean;
}

/** Every setting with its variable, meaning and default, in the order of the definition: for `--help` and READMEs. */
export function describeSettings(definition: SettingsDefinition): readonly SettingDescription[] {
  return Object.values(definition).map((setting) => ({
    env: setting.env,
    description: setting.description,
    defaultValue: defaultText(setting),
    isRequired: setting.defaultValue === undefined && !setting.schema.safeParse(undefined).success,
  }));
}

/** The settings as aligned lines of text. */
export function formatSettings(definition: SettingsDefinition): string {
  const rows = describeSettings(definition);
  const width = Math.max(...rows.map((row) => row.env.length));
  return rows.map((row) => `${row.env.padEnd(width)}  ${row.description}${suffix(row)}`).join('\n');
}

function suffix({ defaultValue, isRequired }: SettingDescription): string {
  if (isRequired) return ' (required)';
  return defaultValue === undefined || defaultValue === '' ? '' : ` (default ${defaultValue})`;
}

function defaultText({ defaultValue, isSecret }: Setting<unknown>): string | undefined {
  if (defaultValue === undefined) return undefined;
  return isSecret ? '***' : String(defaultValue);
}
