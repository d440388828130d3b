import type { Finding } from '../finding';
import { type Alert, keyText, rankOf } from './alert';
import type { AlertBook, BookChange, BookTerms, Round } from './alert-book';
import { BookDraft } from './book-draft';
import { hysteresisOf } from './hysteresis';

/** What nobody could look at for so long is over: the model or the feature is gone. */
const UNJUDGED_MS = 24 * 3_600_000;

/**
 * Takes the findings of one round into the book. What holds for long enough opens, what is in order for long enough closes, and
 * what cannot be judged stays as it is. Alerts that belong together make one incident, which is told once.
 */
export function takeRound(book: AlertBook, round: Round, terms: BookTerms): BookChange {
  const draft = new BookDraft(book, terms);
  const known = draft.byKey();
  const seen = new Set<string>();
  // the worst first: the incident is named after it
  for (const finding of [...round.findings].sort((a, b) => rankOf(b.severity) - rankOf(a.severity))) {
    const key = keyText(finding);
    if (seen.has(key)) continue;
    seen.add(key);
    hold(draft, finding, known.get(key));
  }
  const inOrder = new Set(round.inOrder.map(keyText));
  const complete = new Set(round.completeKinds);
  for (const alert of known.values()) {
    const key = keyText(alert);
    if (seen.has(key)) continue;
    if (inOrder.has(key) || complete.has(alert.kind)) miss(draft, alert);
    else if (terms.now.getTime() - alert.lastSeenAt.getTime() > UNJUDGED_MS) giveUp(draft, alert);
  }
  return draft.finish();
}

function hold(draft: BookDraft, finding: Finding, before: Alert | undefined): void {
  const { now } = draft.terms;
  const seen = before === undefined ? begin(finding, draft.terms) : goOn(before, finding, now);
  if (seen.phase === 'open') {
    const isWorse = rankOf(finding.severity) > rankOf(before!.severity);
    draft.put(seen, isWorse ? 'escalated' : undefined);
    return;
  }
  if (seen.heldRounds < hysteresisOf(finding.kind).opensAfter) {
    draft.put(seen);
    return;
  }
  const { incidentId } = draft.join(seen);
  const { resolvedAt, ...open } = seen;
  const openedAt = seen.openedAt ?? now;
  draft.put({ ...open, phase: 'open', incidentId, openedAt }, resolvedAt === undefined ? 'opened' : 'reopened');
}

function begin(finding: Finding, { now, newId, ownerOf }: BookTerms): Alert {
  const { kind, subject, measure, segment, severity, summary, value, bound, since } = finding;
  return {
    ...{ alertId: newId(), incidentId: '', phase: 'pending', kind, subject, measure, segment },
    ...{ severity, summary, value, bound, since, firstSeenAt: now, lastSeenAt: now },
    version: finding.version ?? '',
    likelyCause: finding.likelyCause ?? '',
    owner: ownerOf(subject),
    runbook: `docs/runbooks/${kind.replaceAll('_', '-')}.md`,
    ...{ acknowledgedBy: '', note: '', heldRounds: 1, missedRounds: 0, changeCount: 0 },
  };
}

/** It keeps its beginning and the version of then, and is as bad as it has ever been. */
function goOn(alert: Alert, finding: Finding, now: Date): Alert {
  const severity = rankOf(finding.severity) > rankOf(alert.severity) ? finding.severity : alert.severity;
  return {
    ...alert,
    ...{ severity, value: finding.value, bound: finding.bound, summary: finding.summary, lastSeenAt: now },
    likelyCause: alert.likelyCause || (finding.likelyCause ?? ''),
    heldRounds: alert.heldRounds + 1,
    missedRounds: 0,
  };
}

function miss(draft: BookDraft, alert: Alert): void {
  if (alert.phase === 'pending') draft.drop(alert);
  else if (alert.phase === 'open') missOpen(draft, alert);
  else if (alert.heldRounds > 0) draft.put({ ...alert, heldRounds: 0 });
}

function missOpen(draft: BookDraft, alert: Alert): void {
  const missedRounds = alert.missedRounds + 1;
  if (missedRounds < hysteresisOf(alert.kind).closesAfter) draft.put({ ...alert, missedRounds });
  else close(draft, alert);
}

function giveUp(draft: BookDraft, alert: Alert): void {
  if (alert.phase === 'pending') draft.drop(alert);
  else if (alert.phase === 'open') close(draft, alert);
}

function close(draft: BookDraft, alert: Alert): void {
  const { ownSilenceUntil: _own, silencedUntil: _silence, ...rest } = alert;
  draft.put({ ...rest, phase: 'resolved', resolvedAt: draft.terms.now, heldRounds: 0, missedRounds: 0 }, 'resolved');
}
