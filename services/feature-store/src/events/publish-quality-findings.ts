import { TOPIC_CODECS, TOPICS } from '@attune/contracts';
import type { EventLog } from '@attune/event-log';
import { findingId, type QualityFinding } from '../domain/quality/findings';
import type { TellFindings } from '../quality-ports';

/** Appends findings that are out of the ordinary to `data-quality.v1`, keyed by producer. */
export function publishQualityFindings(eventLog: Pick<EventLog, 'append'>): TellFindings {
  return (findings) => eventLog.append(TOPICS.dataQuality.name, findings.map(recordOf));
}

function recordOf(finding: QualityFinding) {
  const { hour, producer, measure, subject, value, expected = 0, message } = finding;
  const eventId = findingId(finding);
  const anomaly = { eventId, hour, producer, measure, subject, value, expected, message };
  return { key: producer, value: TOPIC_CODECS.dataQuality.encode(anomaly).finish() };
}
