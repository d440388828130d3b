/** Names of labels as one text, whatever their order. */
export function labelNamesOf(names: readonly string[]): string {
  return [...names].sort().join(',');
}

/** Labels as one text: equal labels have equal keys. */
export function labelKeyOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}
