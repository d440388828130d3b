import type { AnEvent, ASlate } from './a-fleet';

/** Units of one variant that get a slate each; every n-th of them does something. */
export interface Group {
  readonly experimentId: string;
  readonly variant: string;
  readonly count: number;
  readonly at: Date;
  /** type -> share of the units that do it, as one of every so many. */
  readonly oneOf: Readonly<Record<string, number>>;
  /** Numbers the units from here on. */
  readonly from?: number;
}

/** Slates and events of a group: deterministic, so that a verdict is not a matter of luck. */
export function aCrowd({ experimentId, variant, count, at, oneOf, from = 0 }: Group): {
  readonly slates: ASlate[];
  readonly events: AnEvent[];
} {
  const numbers = Array.from({ length: count }, (_, index) => index + from);
  const userOf = (number: number) => `${experimentId}-${variant}-${number}`;
  return {
    slates: numbers.map((number) => ({
      ...{ decisionId: `d-${userOf(number)}`, userId: userOf(number), at },
      variants: { [experimentId]: variant },
    })),
    events: Object.entries(oneOf).flatMap(([type, every]) =>
      numbers
        .filter((number) => number % every === 0)
        .map((number) => ({
          eventId: `${type}-${userOf(number)}`,
          ...{ userId: userOf(number), decisionId: `d-${userOf(number)}`, type, at },
        })),
    ),
  };
}
