import { hash } from 'node:crypto';
import type { common } from '@attune/contracts';
import { type Cells, parseTime } from './cells';

/** What a row that says less than an interaction needs is completed with. */
export interface InteractionDefaults {
  /** The type of rows without one. */
  readonly type: string;
  /** The time of rows without one. */
  readonly time: Date;
}

/** A row as an interaction, or what is wrong with it. */
export type Converted<T> = { readonly value: T } | { readonly problem: string };

/**
 * Turns a row into an interaction. Its event id is a hash of what the row says (user, item, type, time, value), so that a
 * file can be imported twice, whole or in pieces, and each row counts once; two rows that say the same are one event.
 */
export function toInteraction(cells: Cells, defaults: InteractionDefaults): Converted<common.Interaction> {
  const { user, item, time, rating, weight, type = defaults.type, event, decision = '', surface = '' } = cells.fields;
  if (user === undefined) return { problem: 'the user is empty' };
  if (item === undefined) return { problem: 'the item is empty' };
  const occurredAt = time === undefined ? defaults.time : parseTime(time);
  if (occurredAt === undefined) return { problem: `"${time}" is not a time` };
  const valueText = rating ?? weight;
  const value = valueText === undefined ? undefined : Number(valueText);
  if (value !== undefined && !Number.isFinite(value)) return { problem: `"${valueText}" is not a number` };
  const said = [user, item, type, time ?? '', valueText ?? ''].join('\u0000');
  return {
    value: {
      eventId: event ?? hash('sha256', said, 'hex').slice(0, 32),
      userId: user,
      itemId: item,
      type,
      occurredAt,
      value,
      decisionId: decision,
      surface,
      position: undefined,
      context: cells.attributes,
    },
  };
}
