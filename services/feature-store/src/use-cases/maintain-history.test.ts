import type { HistoryDay } from '../history-ports';
import { makeMaintainHistory } from './maintain-history';

const HOUR_MS = 3_600_000;
const LONG_AGO = '2026-01-01';

/** An archive with one old day that was not exported yet, and a clock that can be put on. */
function setUp() {
  let now = Date.parse('2026-06-01T00:00:00Z');
  let exportedAt: Date | undefined;
  const left: string[] = [];
  const day = (): HistoryDay => ({
    ...{ table: 'interactions', day: LONG_AGO, isInDatabase: left.length === 0, rowCount: 1, exportedAt },
    ...{ firstAt: undefined, lastAt: undefined, leftAt: undefined, restoredAt: undefined, neededAt: undefined },
  });
  const maintainHistory = makeMaintainHistory({
    archive: {
      days: async () => [day()],
      export: async (_, at) => {
        exportedAt = at;
        return 1;
      },
      leave: async (part) => {
        left.push(part.day);
        return 'left';
      },
    },
    clock: () => new Date(now),
    keptDays: { interactions: 90, entity_changes: undefined, decisions: 90 },
    onStuck: () => undefined,
  });
  return { maintainHistory, left, pass: (ms: number) => (now += ms) };
}

describe('an old day that was not exported yet', () => {
  it('stays for an hour after its export: who has just looked what is away believes that it is here', async () => {
    const { maintainHistory, left, pass } = setUp();
    await maintainHistory();
    pass(HOUR_MS - 1);
    await maintainHistory();
    expect(left).toEqual([]);
    pass(1);
    await maintainHistory();
    expect(left).toEqual([LONG_AGO]);
  });
});
