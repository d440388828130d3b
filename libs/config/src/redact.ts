import type { SettingsDefinition, SettingsOf } from './setting';

const HIDDEN = '***';
const SECRET_PARAMETERS = /^(password|passwd|pwd|secret|token|accesskey|secretkey|secretaccesskey|sessiontoken)$/i;

/** A URL that can be printed: its password and its secret parameters are replaced. Text that is no URL comes back as it is. */
export function redactUrl(value: string): string {
  if (!URL.canParse(value)) return value.replace(/\/\/[^\s/]*@/g, `//${HIDDEN}@`);
  const url = new URL(value);
  if (url.password === '' && url.search === '') return value;
  if (url.password !== '') url.password = HIDDEN;
  for (const name of [...url.searchParams.keys()]) {
    if (SECRET_PARAMETERS.test(name.replaceAll(/[-_]/g, ''))) url.searchParams.set(name, HIDDEN);
  }
  return url.href;
}

/** The settings as they may be logged: secrets hidden, passwords in URLs replaced, what is not set left out. */
export function redactSettings<D extends SettingsDefinition>(
  definition: D,
  settings: SettingsOf<D>,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, { isSecret }] of Object.entries(definition)) {
    const value = settings[key];
    if (value === undefined) continue;
    shown[key] = isSecret ? HIDDEN : typeof value === 'string' ? redactUrl(value) : value;
  }
  return shown;
}
