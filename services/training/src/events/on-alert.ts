import { monitoring, TOPIC_CODECS } from '@attune/contracts';
import { AppError } from '@attune/errors';
import type { DeliveredRecord, HandleContext } from '@attune/event-log';
import type { ToldAlert } from '../learning-ports';

const MODEL = 'model:';

/** Makes the consumer of `alerts.v1`: a model that does not fit what happens any more is trained again. An alert that comes again is the same. */
export function makeOnAlert(noteAlerts: (alerts: readonly ToldAlert[]) => Promise<void>) {
  return async function onAlert(
    batch: readonly DeliveredRecord[],
    context: Pick<HandleContext, 'deadLetter'>,
  ): Promise<void> {
    const told: ToldAlert[] = [];
    for (const record of batch) {
      const alert = decode(record);
      if (alert instanceof AppError) await context.deadLetter(record, alert);
      else if (alert !== undefined) told.push(alert);
    }
    if (told.length > 0) await noteAlerts(told);
  };
}

/** Undefined for alerts about services. */
function decode({ value, appendedAt }: DeliveredRecord): ToldAlert | AppError | undefined {
  try {
    const { alert, changedAt = appendedAt } = TOPIC_CODECS.alerts.decode(value);
    if (alert === undefined || alert.alertId === '') return new AppError('invalid.event', 'the record names no alert');
    if (!alert.subject.startsWith(MODEL)) return undefined;
    const { alertId, kind, summary, startedAt = changedAt, model } = alert;
    return {
      ...{ alertId, kind, summary, startedAt, changedAt, model: alert.subject.slice(MODEL.length) },
      isOpen: alert.state !== monitoring.AlertState.RESOLVED,
      ...(model?.version ? { version: model.version } : {}),
    };
  } catch (cause) {
    return new AppError('invalid.event', 'the record is not an AlertChanged', { cause });
  }
}
