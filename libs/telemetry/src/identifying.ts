const PERSON = /(^|[._-])(user|enduser|member|person|author|account)([._-]?(id|key|name))?s?$/i;
const ONE_OF_MANY = /(^|[._-])(session|device|request|decision|interaction|event|item|trace|span|run|job)[._-]?ids?$/i;
const PERSONAL = /(^|[._-])(e-?mail|phone|client\.address|ip)$/i;

// Every measurement asks for each of its labels, so each name is judged once.
const MAX_VERDICTS = 1_000;
const verdicts = new Map<string, boolean>();

/**
 * Whether a metric's attribute names a person or one thing among very many. Such attributes never become labels: they
 * would publish who did what, and make one time series per user.
 */
export function isIdentifying(attribute: string): boolean {
  const known = verdicts.get(attribute);
  if (known !== undefined) return known;
  const verdict = names(attribute);
  // Names are few and written in code; the bound is for whoever makes them up.
  if (verdicts.size < MAX_VERDICTS) verdicts.set(attribute, verdict);
  return verdict;
}

function names(attribute: string): boolean {
  const name = attribute.replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  return PERSON.test(name) || ONE_OF_MANY.test(name) || PERSONAL.test(name);
}

/** The attributes that may become labels of a metric. */
export function safeLabels<V>(attributes: Readonly<Record<string, V>>): Readonly<Record<string, V>> {
  // Nearly always nothing has to go, and then nothing is copied.
  for (const name in attributes) if (isIdentifying(name)) return withoutIdentifying(attributes);
  return attributes;
}

function withoutIdentifying<V>(attributes: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !isIdentifying(name)));
}
