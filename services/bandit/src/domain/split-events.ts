import type { PolicyEvent } from './policy-event';

/** The events in their order, in pieces that are about `most` choices at most; one that says of many that they are due is split. */
export function splitEvents(events: readonly PolicyEvent[], most: number): PolicyEvent[][] {
  const pieces: PolicyEvent[][] = [];
  let room = 0;
  for (const event of events.flatMap((one) => splitEvent(one, most))) {
    const count = choiceCount([event]);
    if (count > room) {
      pieces.push([]);
      room = most;
    }
    pieces.at(-1)!.push(event);
    room -= count;
  }
  return pieces;
}

/** How many choices events are about, each counted as often as it is named. */
export function choiceCount(events: readonly PolicyEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === 'due' ? event.decisionIds.length : 1), 0);
}

function splitEvent(event: PolicyEvent, most: number): PolicyEvent[] {
  if (event.kind !== 'due') return [event];
  const { decisionIds } = event;
  return Array.from({ length: Math.ceil(decisionIds.length / most) }, (_, piece) => ({
    ...event,
    decisionIds: decisionIds.slice(piece * most, (piece + 1) * most),
  }));
}
