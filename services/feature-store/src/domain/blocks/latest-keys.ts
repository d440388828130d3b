import type { FeatureEvent, InteractionSeen } from '../feature-event';
import type { Part } from './part';

/** Keys with when each was last met, the latest first; of one moment the greater key first. */
export interface LatestKeys {
  readonly keys: number[];
  readonly times: number[];
}

/** What an interaction means for such a set: which key was met, or undefined for none. */
type KeyOf = (event: InteractionSeen) => number | undefined;

/**
 * A building block of views: the last `capacity` distinct keys that events named. Order does not matter: the set is that of the
 * greatest (time, key), and a key that fell out can only come back with a later time, which would have kept it.
 */
export function latestKeys(name: string, version: number, capacity: number, keyOf: KeyOf): Part<LatestKeys> {
  return {
    name,
    version,
    hears: (event) => event.kind === 'interaction' && keyOf(event) !== undefined,
    initial: () => ({ keys: [], times: [] }),
    on: (event: FeatureEvent, content) => {
      const key = event.kind === 'interaction' ? keyOf(event) : undefined;
      return key !== undefined && meet(content, key, event.occurredAtMs, capacity);
    },
    write: ({ keys, times }, out) => {
      out.count(keys.length);
      let before = times[0] ?? 0;
      out.number(before);
      for (let i = 0; i < keys.length; i++) {
        out.count(before - times[i]!);
        out.count(keys[i]!);
        before = times[i]!;
      }
    },
    read: (from) => {
      const length = from.count();
      let time = from.number();
      const content: LatestKeys = { keys: [], times: [] };
      for (let i = 0; i < length; i++) {
        time -= from.count();
        content.times.push(time);
        content.keys.push(from.count());
      }
      return content;
    },
  };
}

/** Whether a key is in the set. */
export function hasKey({ keys }: LatestKeys, key: number): boolean {
  return keys.includes(key);
}

function meet({ keys, times }: LatestKeys, key: number, time: number, capacity: number): boolean {
  const isBefore = (at: number) => times[at]! < time || (times[at] === time && keys[at]! < key);
  const known = keys.indexOf(key);
  if (known >= 0) {
    if (times[known]! >= time) return false;
    keys.splice(known, 1);
    times.splice(known, 1);
  } else if (keys.length === capacity) {
    if (!isBefore(capacity - 1)) return false;
    keys.pop();
    times.pop();
  }
  let at = 0;
  while (at < keys.length && !isBefore(at)) at++;
  keys.splice(at, 0, key);
  times.splice(at, 0, time);
  return true;
}
