import { type events, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { FactorUpdate, LearnedFactorStore } from '../factor-ports';
import type { FactorRow } from '../model-ports';

/** What the consumer does with an update. */
export interface OnFactorsParts {
  readonly learned: Pick<LearnedFactorStore, 'put'>;
  /** Lays what is new over the models of this process at once; other replicas look every second. */
  readonly changed: () => void;
}

/** Makes the consumer of `factors.v1`: what a model learned since its training. A batch that comes again changes nothing. */
export function makeOnFactors({ learned, changed }: OnFactorsParts) {
  return async function onFactors(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    for (const record of batch) {
      const update = decode(record);
      if (update instanceof AppError) await context.deadLetter(record, update);
      else await learned.put(update);
    }
    changed();
  };
}

function decode({ value }: DeliveredRecord): FactorUpdate | AppError {
  try {
    const { model, learnedTo, users, items } = TOPIC_CODECS.factors.decode(value);
    if (!model?.name || !model.digest || learnedTo === undefined) {
      return new AppError('invalid.event', 'the record names no model or does not say until when it learned');
    }
    const ref = { name: model.name, version: model.version, digest: model.digest };
    return { ref, learnedTo, users: users.map(rowFrom), items: items.map(rowFrom) };
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not a FactorsUpdated with vectors of numbers', { cause });
  }
}

function rowFrom({ key, vector }: events.FactorRow): FactorRow {
  const floats = new Float32Array(Uint8Array.from(vector).buffer);
  if (key === '' || floats.length === 0 || !floats.every(Number.isFinite)) throw new TypeError('no vector');
  return { key, vector: floats };
}
