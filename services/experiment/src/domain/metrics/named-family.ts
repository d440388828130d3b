import { EVENT_TYPES, type EventType } from './event-types';
import type { Metric, MetricFamily, Nameless } from './metric';

/**
 * A family whose names are `<prefix>:<interaction type>`, with shorter names for the usual ones. `aliases`: short name -> type.
 */
export function familyByType(
  prefix: string,
  aliases: Readonly<Record<string, string>>,
  make: (type: EventType) => Nameless,
): MetricFamily {
  const named = (name: string, typeName: string): Metric | undefined => {
    const type = EVENT_TYPES.find((one) => one.name === typeName);
    return type === undefined ? undefined : { ...make(type), name };
  };
  return {
    pattern: `${prefix}:<interaction type>`,
    metrics: Object.entries(aliases).map(([name, type]) => named(name, type)!),
    find: (name) => {
      const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
      if (alias !== undefined) return named(name, alias);
      return name.startsWith(`${prefix}:`) ? named(name, name.slice(prefix.length + 1)) : undefined;
    },
  };
}
