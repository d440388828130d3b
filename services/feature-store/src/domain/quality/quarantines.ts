import { AppError } from '@attune/errors';

/** A producer whose events are refused for a while. */
export interface Quarantine {
  readonly producer: string;
  readonly until: Date;
  readonly reason: string;
}

/** The quarantines as this process knows them: looked at for every call, told anew every second. */
export class Quarantines {
  #byProducer: ReadonlyMap<string, Quarantine> = new Map();

  /** Takes the quarantines that hold now, and returns the producers that were let out. */
  replace(quarantines: readonly Quarantine[]): readonly string[] {
    const before = this.#byProducer;
    this.#byProducer = new Map(quarantines.map((one) => [one.producer, one]));
    return [...before.keys()].filter((producer) => !this.#byProducer.has(producer));
  }

  /** The quarantine of a producer, while it holds. */
  of(producer: string, nowMs: number): Quarantine | undefined {
    const found = this.#byProducer.get(producer);
    return found !== undefined && found.until.getTime() > nowMs ? found : undefined;
  }
}

/** What a producer in quarantine is told: nothing of its call was taken, why, and when to send it again. */
export function refusalOf({ producer, until, reason }: Quarantine): AppError {
  const when = until.toISOString();
  return new AppError(
    'failed_precondition.producer_quarantined',
    `producer "${producer}" is in quarantine until ${when} (${reason}); nothing of this call was taken: ` +
      'keep the events and send them again after that, or ask an operator (attune producers release)',
    { metadata: { producer, until: when } },
  );
}
