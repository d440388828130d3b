/** Who answers where no prefix says it. */
const DEFAULT_OWNER = 'ml-platform';

/** Who answers for a subject: the longest prefix that fits decides. */
export function ownerOf(subject: string, owners: Readonly<Record<string, string>>): string {
  const fitting = Object.keys(owners).filter((prefix) => subject.startsWith(prefix));
  const longest = fitting.reduce((best, prefix) => (prefix.length > best.length ? prefix : best), '');
  return owners[longest] ?? DEFAULT_OWNER;
}
