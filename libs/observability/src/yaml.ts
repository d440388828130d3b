/** A value that YAML can hold. */
export type YamlValue = string | number | readonly YamlValue[] | { readonly [name: string]: YamlValue | undefined };

/** Plain block YAML. Strings are quoted as in JSON, which is YAML too, and those of several lines stand as they are. */
export function yamlOf(value: YamlValue): string {
  return `${linesOf(value).join('\n')}\n`;
}

function linesOf(value: YamlValue): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry) => linesOf(entry).map((line, at) => `${at === 0 ? '- ' : '  '}${line}`));
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : memberOf(name, member)));
  }
  return [JSON.stringify(value)];
}

function memberOf(name: string, member: YamlValue): string[] {
  if (typeof member === 'string') {
    if (member.includes('\n')) return [`${name}: |-`, ...member.split('\n').map((line) => `  ${line}`)];
    return [`${name}: ${isPlain(member) ? member : JSON.stringify(member)}`];
  }
  if (typeof member === 'number') return [`${name}: ${member}`];
  return [`${name}:`, ...linesOf(member).map((line) => `  ${line}`)];
}

// Words that stand for themselves, and not for a truth value or for nothing.
function isPlain(text: string): boolean {
  return /^[A-Za-z][\w-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text);
}
