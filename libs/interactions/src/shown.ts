const MOST_CHARACTERS = 60;

/** A cell of a file as messages show it: short, and without characters that a terminal would obey. */
export function shown(text: string): string {
  const plain = text.replaceAll(/\p{Cc}/gu, '\ufffd');
  return plain.length > MOST_CHARACTERS ? `${plain.slice(0, MOST_CHARACTERS)}...` : plain;
}
