import { aBook, aFinding, MINUTE_MS } from './a-book';
import { acknowledge, putSilence } from './change-book';

describe('an alert', () => {
  it('opens after as many rounds in a row as its kind asks for, and closes after as many without it', () => {
    const book = aBook();
    expect(book.round([aFinding()]).changes).toEqual([]);
    expect(book.round([aFinding()]).changes).toEqual([]);
    expect(book.round([aFinding()]).changes).toMatchObject([{ change: 'opened', alert: { kind: 'latency' } }]);
    const closing = Array.from({ length: 10 }, () => book.round([], [aFinding()]).changes.map(({ change }) => change));
    expect(closing).toEqual([...Array(9).fill([]), ['resolved']]);
  });

  it('never flaps: what wavers about the bound opens nothing, and closes nothing that is open', () => {
    const book = aBook();
    for (let n = 0; n < 50; n++) {
      book.round([aFinding()]);
      book.round([], [aFinding()]);
    }
    expect(book.alerts()).toEqual([]);
    book.open(aFinding());
    const told = Array.from({ length: 60 }, (_, n) => book.round(n % 4 === 0 ? [aFinding()] : [], [aFinding()]));
    expect(told.flatMap(({ changes, deliveries }) => [...changes, ...deliveries])).toEqual([]);
  });

  it('comes back as itself within half an hour of its end, and nobody is woken again', () => {
    const book = aBook();
    const { alert } = book.open(aFinding()).changes[0]!;
    book.close(aFinding());
    book.pass(10 * MINUTE_MS);
    const again = book.open(aFinding());
    expect(again.changes).toMatchObject([{ change: 'reopened', alert: { alertId: alert.alertId, phase: 'open' } }]);
    expect(again.deliveries).toEqual([]);
    book.close(aFinding());
    book.pass(40 * MINUTE_MS);
    const later = book.open(aFinding());
    expect(later.changes).toMatchObject([{ change: 'opened' }]);
    expect(later.deliveries).toMatchObject([{ reason: 'opened' }]);
  });

  it('is the same one while it is open, whatever is measured; another segment is another alert', () => {
    const book = aBook();
    book.open(aFinding());
    book.round([aFinding({ value: 900 })]);
    book.open(aFinding({ segment: 'surface=home' }));
    expect(book.alerts().map(({ segment, value }) => [segment, value])).toEqual([
      ['', 900],
      ['surface=home', 500],
    ]);
  });

  it('stays as it is while it cannot be judged, and is given up after a day of that', () => {
    const book = aBook();
    book.open(aFinding());
    for (let n = 0; n < 60; n++) expect(book.round([]).changes).toEqual([]);
    book.pass(25 * 60 * MINUTE_MS);
    expect(book.round([]).changes).toMatchObject([{ change: 'resolved' }]);
  });

  it('names its owner, its runbook, since when and the likely cause', () => {
    const { alert } = aBook().open(aFinding({ likelyCause: 'als went to version 8' })).changes[0]!;
    expect(alert).toMatchObject({
      ...{ owner: 'serving-team', runbook: 'docs/runbooks/latency.md', likelyCause: 'als went to version 8' },
      since: aFinding().since,
    });
  });
});

describe('an incident', () => {
  it('is delivered once, however many alerts about its subject join it within ten minutes', () => {
    const book = aBook();
    expect(book.open(aFinding()).deliveries).toMatchObject([{ reason: 'opened', alerts: [{ kind: 'latency' }] }]);
    book.pass(5 * MINUTE_MS);
    expect(book.open(aFinding({ measure: 'other' })).deliveries).toEqual([]);
    expect(new Set(book.alerts().map(({ incidentId }) => incidentId)).size).toBe(1);
    book.pass(30 * MINUTE_MS);
    expect(book.open(aFinding({ measure: 'much later' })).deliveries).toHaveLength(1);
  });

  it('gathers what has the same likely cause, also where subjects differ and it comes hours later', () => {
    const book = aBook();
    const likelyCause = 'upstream feature "price"';
    book.open(aFinding({ subject: 'model:als', likelyCause }));
    book.pass(3 * 60 * MINUTE_MS);
    expect(book.open(aFinding({ subject: 'model:two_tower', likelyCause })).deliveries).toEqual([]);
    expect(book.open(aFinding({ subject: 'model:other' })).deliveries).toHaveLength(1);
  });

  it('is delivered once more when it gets worse', () => {
    const book = aBook();
    expect(book.open(aFinding({ severity: 'ticket' })).deliveries).toHaveLength(1);
    expect(book.round([aFinding({ severity: 'page' })])).toMatchObject({
      changes: [{ change: 'escalated' }],
      deliveries: [{ reason: 'escalated', alerts: [{ severity: 'page' }] }],
    });
    expect(book.round([aFinding({ severity: 'ticket' })]).deliveries).toEqual([]);
    expect(book.open(aFinding({ severity: 'page', measure: 'other' })).deliveries).toEqual([]);
  });

  it('says when it is over, if anybody heard of it', () => {
    const book = aBook();
    book.open(aFinding());
    expect(book.close(aFinding()).deliveries).toMatchObject([{ reason: 'resolved' }]);
  });

  it('has an event id per delivery that does not depend on when it is sent', () => {
    const book = aBook();
    const ids = [...book.open(aFinding()).deliveries, ...book.close(aFinding()).deliveries].map(
      ({ eventId }) => eventId,
    );
    expect(ids).toEqual([expect.stringMatching(/:1$/), expect.stringMatching(/:2$/)]);
  });
});

describe('a silence', () => {
  it('keeps what matches from being delivered, and what still holds at its end is told then', () => {
    const book = aBook();
    const until = new Date(book.now().getTime() + 60 * MINUTE_MS);
    book.change((all, terms) => putSilence(all, book.silence({ kind: 'latency', until }), terms));
    expect(book.open(aFinding())).toMatchObject({
      deliveries: [],
      changes: [{ change: 'opened' }, { change: 'silenced' }],
    });
    book.pass(60 * MINUTE_MS);
    expect(book.round([aFinding()])).toMatchObject({
      changes: [{ change: 'silence_ended' }],
      deliveries: [{ reason: 'silence_ended' }],
    });
    expect(book.round([aFinding()]).deliveries).toEqual([]);
  });

  it('says nothing at its end of what is over by then', () => {
    const book = aBook();
    const until = new Date(book.now().getTime() + 60 * MINUTE_MS);
    book.change((all, terms) => putSilence(all, book.silence({ subject: 'service:serving', until }), terms));
    book.open(aFinding());
    expect(book.close(aFinding()).deliveries).toEqual([]);
    book.pass(60 * MINUTE_MS);
    expect(book.round([], [aFinding()]).deliveries).toEqual([]);
  });

  it('of one alert lets the others of its incident be heard, and brings it back when it ends', () => {
    const book = aBook();
    const { alert } = book.open(aFinding()).changes[0]!;
    const silenceUntil = new Date(book.now().getTime() + 30 * MINUTE_MS);
    const taken = book.change((all, terms) =>
      acknowledge(all, { alertId: alert.alertId, actor: 'ann', note: 'looking', silenceUntil }, terms),
    );
    expect(taken.changes.map(({ change }) => change)).toEqual(['acknowledged', 'silenced']);
    expect(book.open(aFinding({ measure: 'other' })).deliveries).toMatchObject([
      { alerts: [{ measure: 'other' }, {}] },
    ]);
    book.pass(30 * MINUTE_MS);
    expect(book.round([aFinding(), aFinding({ measure: 'other' })]).deliveries).toEqual([]);
  });

  it('that is ended early brings back what it hid at once', () => {
    const book = aBook();
    const silence = book.silence({ kind: 'latency', until: new Date(book.now().getTime() + 60 * MINUTE_MS) });
    book.change((all, terms) => putSilence(all, silence, terms));
    book.open(aFinding());
    const ended = book.change((all, terms) => putSilence(all, { ...silence, until: book.now() }, terms));
    expect(ended.deliveries).toMatchObject([{ reason: 'silence_ended' }]);
  });
});

describe('taking care of an alert', () => {
  it('is refused for one that is over and for one that nobody knows', () => {
    const book = aBook();
    const { alert } = book.open(aFinding()).changes[0]!;
    book.close(aFinding());
    const ack = (alertId: string) =>
      book.change((all, terms) => acknowledge(all, { alertId, actor: 'ann', note: '' }, terms));
    expect(() => ack(alert.alertId)).toThrow(/is over/);
    expect(() => ack('nobody')).toThrow(/ListAlerts/);
  });
});
