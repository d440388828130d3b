export { describeSettings, formatSettings, type SettingDescription } from './describe-settings';
export { didYouMean } from './did-you-mean';
export { decimal, endpoints, flag, hostPort, integer, list, splitHostPort, url } from './from-text';
export { invalidSettings, type LoadOptions, loadSettings } from './load-settings';
export { type PlatformSettings, platformSettings } from './platform-settings';
export { redactSettings, redactUrl } from './redact';
export {
  defineSettings,
  type Setting,
  type SettingOptions,
  type SettingsDefinition,
  type SettingsOf,
  setting,
} from './setting';
