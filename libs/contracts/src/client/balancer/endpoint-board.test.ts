import { EndpointBoard } from './endpoint-board';
import { EndpointLoad } from './endpoint-load';

const ABC = ['a', 'b', 'c'];
const unary = { isStream: false };

describe('the load of an endpoint', () => {
  it('makes it suspect when open calls get no word for a quarter of a second, until it says something', () => {
    const load = new EndpointLoad();
    load.started(0, false);
    load.started(0, false);
    expect(load.isSuspect(250)).toBe(false);
    expect(load.isSuspect(251)).toBe(true);
    load.answered(300);
    expect(load.isSuspect(301)).toBe(false);
  });

  it('makes it suspect for a second when three calls in a row were given up without a word', () => {
    const load = new EndpointLoad();
    for (let call = 0; call < 3; call += 1) {
      expect(load.isSuspect(call)).toBe(false);
      load.started(call, false);
      load.abandoned(call + 1, { ...unary, startedAtMs: call });
    }
    expect([load.isSuspect(4), load.isSuspect(1_100)]).toEqual([true, false]);
  });

  it('does not hold a slow call against it while it answers others', () => {
    const load = new EndpointLoad();
    for (let call = 0; call < 10; call += 1) {
      load.started(call * 100, false);
      load.started(call * 100, false);
      load.answered(call * 100 + 50);
      load.abandoned(call * 100 + 99, { ...unary, startedAtMs: call * 100 });
    }
    expect(load.isSuspect(1_000)).toBe(false);
  });

  it('takes no silence of a stream for a sign', () => {
    const load = new EndpointLoad();
    load.started(0, true);
    expect(load.isSuspect(60_000)).toBe(false);
    load.abandoned(60_000, { isStream: true, startedAtMs: 0 });
    expect(load.inFlight).toBe(0);
  });

  it('counts refusals like calls in flight for a while', () => {
    const load = new EndpointLoad();
    for (let call = 0; call < 4; call += 1) {
      load.started(0, false);
      load.answered(0, { wasRefused: true });
    }
    expect([load.load(0), load.load(250), load.load(10_000)]).toEqual([4, 2, 0]);
  });
});

describe('the choice of an endpoint', () => {
  it('takes equals in turn', () => {
    const board = new EndpointBoard();
    const chosen = Array.from({ length: 6 }, () => ABC[board.choose(ABC, [], 0)]);
    expect(chosen.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('takes the one with the fewest open calls', () => {
    const board = new EndpointBoard();
    for (const busy of ['a', 'c']) board.of(busy).started(0, false);
    expect(Array.from({ length: 3 }, () => board.choose(ABC, [], 0))).toEqual([1, 1, 1]);
  });

  it('asks an idle suspect only when every other was tried', () => {
    const board = new EndpointBoard();
    board.of('a').started(0, false);
    for (let call = 0; call < 5; call += 1) board.of('b').started(900, false);
    expect(ABC[board.choose(['a', 'b'], [], 1_000)]).toBe('b');
    expect(ABC[board.choose(['a', 'b'], ['b'], 1_000)]).toBe('a');
  });

  it('forgets endpoints that are gone', () => {
    const board = new EndpointBoard();
    board.of('a').started(0, false);
    board.keepOnly(new Set(['b']));
    expect(board.of('a').inFlight).toBe(0);
  });
});
