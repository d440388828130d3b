import type { AlertKey } from '../alerts/alert';
import type { Finding } from '../finding';

/** What a detector says of what it looked at. Of what it could not judge it says nothing. */
export interface Detected {
  readonly findings: readonly Finding[];
  readonly inOrder: readonly AlertKey[];
}

/** One thing that was judged: a finding, or that all is well. */
export function judged(key: AlertKey, finding: Omit<Finding, keyof AlertKey> | undefined): Detected {
  return finding === undefined ? { findings: [], inOrder: [key] } : { findings: [{ ...key, ...finding }], inOrder: [] };
}

/** Several as one. */
export function together(all: readonly Detected[]): Detected {
  return { findings: all.flatMap(({ findings }) => findings), inOrder: all.flatMap(({ inOrder }) => inOrder) };
}

/** Nothing could be judged. */
export const UNKNOWN: Detected = { findings: [], inOrder: [] };

/** What a series is about: its model, else serving; and the part of its traffic. */
export function whereabouts({ model, surface, segment }: Readonly<Record<string, string>>) {
  return {
    subject: model === undefined ? 'service:serving' : `model:${model}`,
    segment: segment ?? (surface === undefined ? '' : `surface=${surface}`),
  };
}

/** A number as people read it. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'nothing';
}
