import type { OnProgress } from '@attune/recommenders';
import type { Output } from '../output';

const EVERY_MS = 10_000;

/** Tells how far a computation is: a line that redraws itself where somebody looks, else a line every ten seconds. */
export class ProgressLines {
  readonly #output: Output;
  #toldMs = performance.now();

  constructor(output: Output) {
    this.#output = output;
  }

  /** Progress of what `name` names. */
  of(name: string): OnProgress {
    return ({ fraction, phase, metrics = {} }) => {
      const numbers = Object.entries(metrics).map(([metric, value]) => `${metric} ${short(value)}`);
      const percent = `${Math.round(fraction * 100)} %`.padStart(5);
      this.#tell(`${name} ${percent} ${phase}${numbers.length === 0 ? '' : `; ${numbers.join(', ')}`}`);
    };
  }

  /** A line that stays. */
  note(line: string): void {
    this.#output.progressEnd();
    this.#output.note(line);
    this.#toldMs = performance.now();
  }

  #tell(line: string): void {
    if (this.#output.isInteractive) {
      this.#output.progress(line);
      return;
    }
    if (performance.now() - this.#toldMs < EVERY_MS) return;
    this.#toldMs = performance.now();
    this.#output.note(line);
  }
}

function short(value: number): string {
  return Math.abs(value) >= 1_000 ? value.toFixed(0) : value.toPrecision(4);
}
