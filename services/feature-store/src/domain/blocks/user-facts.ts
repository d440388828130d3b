import type { ByteReader, ByteWriter } from '../bytes';
import type { UserFacts } from '../facts';
import { isLaterChange, NO_CHANGE, readChange, writeChange } from './latest-change';
import type { Part } from './part';

/** The latest facts of a user; the holder is changed in place. */
export interface UserFactsHolder {
  facts: UserFacts | undefined;
}

/** Who a user is: account, declared interests, consent. */
export const userFacts: Part<UserFactsHolder> = {
  name: 'user_facts',
  version: 1,
  hears: ({ kind }) => kind === 'user',
  initial: () => ({ facts: undefined }),
  on: (event, holder) => {
    if (event.kind !== 'user' || !isLaterChange(event.facts, holder.facts ?? NO_CHANGE)) return false;
    holder.facts = event.facts;
    return true;
  },
  write,
  read,
};

function write({ facts }: UserFactsHolder, out: ByteWriter): void {
  out.byte(facts === undefined ? 0 : 1);
  if (facts === undefined) return;
  writeChange(facts, out);
  out.byte(Number(facts.personalization) + 2 * Number(facts.training) + 4 * Number(facts.experiments));
  out.number(facts.createdAtMs);
  out.number(facts.trust);
  out.count(facts.interests.length);
  for (const interest of facts.interests) out.text(interest);
}

function read(from: ByteReader): UserFactsHolder {
  if (from.byte() === 0) return { facts: undefined };
  const change = readChange(from);
  const refused = from.byte();
  return {
    facts: {
      ...change,
      personalization: (refused & 1) !== 0,
      training: (refused & 2) !== 0,
      experiments: (refused & 4) !== 0,
      createdAtMs: from.number(),
      trust: from.number(),
      interests: Array.from({ length: from.count() }, () => from.text()),
    },
  };
}
