import { recentPositives } from '../blocks/recent-positives';
import { userFacts } from '../blocks/user-facts';
import type { EntityState } from '../entity-state';

/** The topics that a user has to do with, numbered: so that a read adds numbers up instead of looking texts up. */
export interface TopicsOfUser {
  readonly names: readonly string[];
  readonly placeOf: ReadonlyMap<string, number>;
  /** Of each recent positive interaction the places of its topics, the category first. */
  readonly ofEntries: readonly (readonly number[])[];
  /** The places of the declared interests. */
  readonly declared: readonly number[];
  /** How many of the entries are of each category, in the order in which categories first come. */
  readonly categoryCounts: readonly number[];
}

/** Numbers the topics of a user; kept until what the user likes changes. */
export function topicsOf(user: EntityState): TopicsOfUser {
  return user.derived(numberTopics);
}

function numberTopics(user: EntityState): TopicsOfUser {
  const names: string[] = [];
  const placeOf = new Map<string, number>();
  const placeFor = (name: string) => {
    let place = placeOf.get(name);
    if (place === undefined) placeOf.set(name, (place = names.push(name) - 1));
    return place;
  };
  const ofEntries = user.part(recentPositives).map(({ topics }) => topics.map(placeFor));
  const declared = (user.part(userFacts).facts?.interests ?? []).map(placeFor);
  const counts = new Map<number, number>();
  for (const [category] of ofEntries) if (category !== undefined) counts.set(category, (counts.get(category) ?? 0) + 1);
  return { names, placeOf, ofEntries, declared, categoryCounts: [...counts.values()] };
}
