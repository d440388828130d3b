/** Turns the id of a user into a keyed hash. */
export type UserKeyOf = (userId: string) => string;

const USER = /(^|[._-])(user|enduser|member|person|author|account|follower|followee)s?([._-]?ids?)?$/i;
// Records of the event log are keyed by user.
const RECORD_KEY = 'messaging.kafka.message.key';
const DEPTH = 4;

/** Whether a fact of a log record or an attribute of a span holds ids of users, going by its name. */
function namesUser(name: string): boolean {
  return name === RECORD_KEY || USER.test(name.replaceAll(/([a-z])([A-Z])/g, '$1_$2'));
}

/** The value as it may be written under this name: ids of users as keyed hashes, anything else as it is. */
export function writable(name: string, value: unknown, userKeyOf: UserKeyOf): unknown {
  if (!namesUser(name)) return value;
  if (Array.isArray(value)) return value.map((entry) => writable(name, entry, userKeyOf));
  return typeof value === 'string' && value !== '' ? userKeyOf(value) : value;
}

/** Facts with every user id in them, however deep, as a keyed hash. Only plain objects and lists are looked into. */
export function writableFacts(facts: object, userKeyOf: UserKeyOf): Record<string, unknown> {
  return within(facts, userKeyOf, DEPTH) as Record<string, unknown>;
}

function within(value: unknown, userKeyOf: UserKeyOf, depth: number): unknown {
  if (depth === 0 || !isPlain(value)) return value;
  if (Array.isArray(value)) return value.map((entry) => within(entry, userKeyOf, depth - 1));
  const entries = Object.entries(value).map(([name, member]) => {
    const written = writable(name, member, userKeyOf);
    return [name, within(written, userKeyOf, depth - 1)];
  });
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
