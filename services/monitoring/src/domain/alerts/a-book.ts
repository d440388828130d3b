import type { Finding } from '../finding';
import type { AlertBook, BookChange, BookTerms } from './alert-book';
import { REVIVE_MS } from './alert-book';
import { hysteresisOf } from './hysteresis';
import { ownerOf } from './owner-of';
import type { Silence } from './silence';
import { takeRound } from './take-round';

export const MINUTE_MS = 60_000;

/** A finding for tests. */
export function aFinding(rest: Partial<Finding> = {}): Finding {
  return {
    ...{ kind: 'latency', subject: 'service:serving', measure: 'recommend_latency_p99_ms', segment: '' },
    ...{ value: 500, bound: 250, severity: 'page', summary: 'p99 went from 80 ms to 500 ms' },
    since: new Date('2026-05-01T11:50:00Z'),
    ...rest,
  };
}

/** A book in memory for tests, with a clock of its own: a round takes a minute. */
export function aBook() {
  let book: AlertBook = { alerts: [], incidents: [], silences: [] };
  let nowMs = Date.parse('2026-05-01T12:00:00Z');
  let ids = 0;
  const terms = (): BookTerms => ({
    now: new Date(nowMs),
    newId: () => `id-${++ids}`,
    ownerOf: (subject) => ownerOf(subject, { 'service:serving': 'serving-team' }),
  });
  const change = (by: (all: AlertBook, terms: BookTerms) => BookChange): BookChange => {
    const changed = by(stillKnown(book, nowMs), terms());
    book = afterwards(book, changed);
    return changed;
  };
  const round = (findings: readonly Finding[], inOrder: readonly Finding[] = []): BookChange => {
    nowMs += MINUTE_MS;
    return change((all, now) => takeRound(all, { findings, inOrder }, now));
  };
  const rounds = (count: number, one: () => BookChange) => Array.from({ length: count }, one).at(-1)!;
  return {
    change,
    round,
    now: () => new Date(nowMs),
    pass: (ms: number) => {
      nowMs += ms;
    },
    alerts: () => book.alerts.filter(({ phase }) => phase === 'open'),
    /** Rounds until it opens; the last one is given back. */
    open: (finding: Finding) => rounds(hysteresisOf(finding.kind).opensAfter, () => round([finding])),
    /** Rounds until it is over. */
    close: (finding: Finding) => rounds(hysteresisOf(finding.kind).closesAfter, () => round([], [finding])),
    silence: (rest: Partial<Silence>): Silence => ({
      ...{
        silenceId: `id-${++ids}`,
        subject: '',
        kind: '',
        measure: '',
        from: new Date(nowMs),
        until: new Date(nowMs),
      },
      ...{ actor: 'ann', reason: 'planned', ...rest },
    }),
  };
}

/** What a store would hold after a change. */
function afterwards(book: AlertBook, changed: BookChange): AlertBook {
  const merged = <T>(before: readonly T[], after: readonly T[], id: (one: T) => string) => [
    ...new Map([...before, ...after].map((one) => [id(one), one])).values(),
  ];
  const dropped = new Set(changed.droppedAlertIds);
  return {
    alerts: merged(book.alerts, changed.alerts, ({ alertId }) => alertId).filter(
      ({ alertId }) => !dropped.has(alertId),
    ),
    incidents: merged(book.incidents, changed.incidents, ({ incidentId }) => incidentId),
    silences: merged(book.silences, changed.silences, ({ silenceId }) => silenceId),
  };
}

/** What a store would give back at a time. */
function stillKnown({ alerts, incidents, silences }: AlertBook, nowMs: number): AlertBook {
  return {
    alerts: alerts.filter(({ resolvedAt }) => (resolvedAt?.getTime() ?? nowMs) > nowMs - REVIVE_MS),
    incidents,
    silences: silences.filter(({ until }) => until.getTime() > nowMs),
  };
}
