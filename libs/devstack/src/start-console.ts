/** Lines that stay and one line that is overwritten; without a terminal, the latter is printed only now and then. */
export interface StartConsole {
  line(text: string): void;
  readonly progress: (text: string) => void;
}

const PLAIN_EVERY_MS = 5_000;

/** A console on standard output. A closed pipe or terminal is no reason to fall. */
export function makeConsole(stream: NodeJS.WriteStream = process.stdout): StartConsole {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  let lastPlainAt = Number.NEGATIVE_INFINITY;
  stream.on('error', () => undefined);
  return {
    line: (text) => void stream.write(`${live ? '\r\x1b[2K' : ''}${text}\n`),
    progress: (text) => {
      if (live) {
        stream.write(`\r\x1b[2K  ... ${text}`.slice(0, (stream.columns || 80) + 4));
      } else if (performance.now() - lastPlainAt > PLAIN_EVERY_MS) {
        lastPlainAt = performance.now();
        stream.write(`  ... ${text}\n`);
      }
    },
  };
}
