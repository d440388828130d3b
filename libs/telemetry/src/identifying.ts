const PERSON = /(^|[._-])(user|enduser|member|person|author|account)([._-]?(id|key|name))?s?$/i;
const ONE_OF_MANY = /(^|[._-])(session|device|request|decision|interaction|event|item|trace|span|run|job)[._-]?ids?$/i;
const PERSONAL = /(^|[._-])(e-?mail|phone|client\.address|ip)$/i;

/**
 * Whether a metric's attribute names a person or one thing among very many. Such attributes never become labels: they
 * would publish who did what, and make one time series per user.
 */
export function isIdentifying(attribute: string): boolean {
  const name = attribute.replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  return PERSON.test(name) || ONE_OF_MANY.test(name) || PERSONAL.test(name);
}

/** The attributes that may become labels of a metric. */
export function safeLabels<V>(attributes: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !isIdentifying(name)));
}
