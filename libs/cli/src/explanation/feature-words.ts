import type { common } from '@attune/contracts';

const UNITS: Readonly<Record<string, string>> = { d: 'day', h: 'hour', m: 'minute' };

/**
 * A feature's name as words, spoken to the user: `item_age_days` is `its age in days`, `user_interactions_7d` is `your interactions in 7
 * days`, `user_item_social_proof`, which is of both, `social proof`.
 */
export function featureWords(name: string): string {
  const words = (prefix: string) =>
    name
      .slice(prefix.length)
      .replace(
        /_(\d+)([dhm])$/,
        (_, count: string, unit: string) => ` in ${count} ${UNITS[unit]}${count === '1' ? '' : 's'}`,
      )
      .replace(/_(days|hours|minutes)$/, ' in $1')
      .replaceAll('_', ' ');
  if (name.startsWith('user_item_')) return words('user_item_');
  if (name.startsWith('user_')) return `your ${words('user_')}`;
  if (name.startsWith('item_')) return `its ${words('item_')}`;
  return words('');
}

/** A value of a feature as people read it: at most three digits behind the point, lists by their length. */
export function valueWords(value: common.FeatureValue['value']): string {
  switch (value?.$case) {
    case 'number':
      return numberWords(value.value);
    case 'text':
      return value.value;
    case 'numbers':
      return `${value.value.values.length} numbers`;
    case 'scoredNames':
      return value.value.entries
        .slice(0, 3)
        .map(({ name }) => name)
        .join(', ');
    default:
      return 'not known';
  }
}

/** A number that is short enough to read: 412, 0.35, 1,240.5. */
export function numberWords(value: number): string {
  const digits = Math.abs(value) >= 100 ? 1 : 3;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** Points of a hundred with their sign: `+8.1`, `−0.4`. */
export function points(share: number): string {
  const rounded = Math.abs(100 * share).toFixed(1);
  if (rounded === '0.0') return '0.0';
  return `${share < 0 ? '−' : '+'}${rounded}`;
}

/** A probability as people say it: `23.4 %`. */
export function chance(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}
