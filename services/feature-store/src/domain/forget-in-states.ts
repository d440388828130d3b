import { engagers } from './blocks/engagers';
import type { Part } from './blocks/part';
import { recentPositives } from './blocks/recent-positives';
import type { EntityState } from './entity-state';
import { VIEWS } from './feature-registry';
import type { ViewName } from './features/feature';

/** Takes a user out of the people who engaged with an item; the state is changed in place, and false where nothing changed. */
export function dropEngager(item: EntityState, userKey: number): boolean {
  const { keys, times } = item.part(engagers);
  const at = keys.indexOf(userKey);
  if (at < 0) return false;
  keys.splice(at, 1);
  times.splice(at, 1);
  return partChanged(item, 'item', engagers as Part);
}

/** Makes a user's taste forget who an author is; the state is changed in place, and false where nothing changed. */
export function dropAuthor(user: EntityState, authorKey: number): boolean {
  const entries = user.part(recentPositives);
  if (!entries.some((entry) => entry.authorKey === authorKey)) return false;
  entries.forEach((entry, at) => {
    if (entry.authorKey === authorKey) entries[at] = { ...entry, authorKey: 0 };
  });
  return partChanged(user, 'user', recentPositives as Part);
}

function partChanged(state: EntityState, view: ViewName, part: Part): true {
  state.partChanged(VIEWS[view].parts.indexOf(part));
  state.changed();
  return true;
}
