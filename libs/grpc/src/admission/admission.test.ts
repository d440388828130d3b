import type { AppError } from '@attune/errors';
import { Admission, type AdmissionLimits } from './admission';

/** An admission in a world whose time and turns the test makes. */
class World {
  nowMs = 0;
  readonly admission: Admission;
  readonly began: string[] = [];
  readonly refused: AppError[] = [];
  #next: (() => void)[] = [];

  constructor(limits: Partial<AdmissionLimits> = {}) {
    this.admission = new Admission({
      ...{ maxConcurrent: 2, maxQueued: 100, maxWaitMs: 500 },
      ...limits,
      stopwatch: () => this.nowMs,
      nextTurn: (run) => void this.#next.push(run),
    });
  }

  /** A call comes; what happened to it at once. Where it begins, that takes so much of the turn. */
  come(name: string, { leftMs = 1_000, beginMs = 0 } = {}): 'began' | 'waits' | 'refused' {
    try {
      if (!this.admission.tryEnter(leftMs)) {
        this.withdraw = this.admission.enqueue(leftMs, (error) => {
          if (error !== undefined) this.refused.push(error);
          else this.#begin(name, beginMs);
        });
        return 'waits';
      }
    } catch (error) {
      this.refused.push(error as AppError);
      return 'refused';
    }
    this.#begin(name, beginMs);
    return 'began';
  }

  withdraw = (): void => undefined;

  turn(): void {
    for (const run of this.#next.splice(0)) run();
  }

  /** A running call ends, and the next turn comes. */
  end(ranMs: number): void {
    this.nowMs += ranMs;
    this.admission.leave(ranMs);
    this.turn();
  }

  #begin(name: string, beginMs: number): void {
    this.began.push(name);
    this.nowMs += beginMs;
  }
}

describe('admission', () => {
  it('lets calls run up to its limit, and begins those that wait in their order', () => {
    const world = new World();
    expect(['a', 'b', 'c', 'd'].map((name) => world.come(name))).toEqual(['began', 'began', 'waits', 'waits']);
    world.turn();
    expect(world.began).toEqual(['a', 'b']);
    world.end(10);
    world.end(10);
    expect(world.began).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses at once what would wait for more than half of its time', () => {
    const world = new World({ maxConcurrent: 1 });
    world.come('running');
    for (let call = 0; call < 10; call += 1) world.come(`queued ${call}`);
    // From here on it is known that a place becomes free every 10 ms: seven calls wait.
    for (let call = 0; call < 3; call += 1) world.end(10);
    expect(world.admission.queued).toBe(7);
    expect(world.come('patient', { leftMs: 300 })).toBe('waits');
    expect(world.come('hasty', { leftMs: 100 })).toBe('refused');
    expect(world.refused[0]).toMatchObject({ code: 'exhausted.overload', retryAfterMs: 100 });
  });

  it('estimates by how long calls run before anything was ever waited for', () => {
    const world = new World({ maxConcurrent: 20 });
    for (let call = 0; call < 40; call += 1) {
      world.come('alone');
      world.turn();
      world.end(100);
    }
    for (let call = 0; call < 20; call += 1) world.come('full');
    world.turn();
    // Twenty at once of 100 ms each: a place every 5 ms, and a third of 100 ms for waiting.
    const outcomes = Array.from({ length: 9 }, () => world.come('next', { leftMs: 100 }));
    expect(outcomes.indexOf('refused')).toBe(7);
  });

  it('lets nobody wait longer than its bound, however patient', () => {
    const world = new World({ maxConcurrent: 1, maxWaitMs: 50 });
    world.come('running');
    for (let call = 0; call < 10; call += 1) world.come('queued', { leftMs: 60_000 });
    for (let call = 0; call < 3; call += 1) world.end(10);
    expect(world.come('patient', { leftMs: 60_000 })).toBe('refused');
  });

  it('refuses a call that waited in vain, and begins the next one', () => {
    const world = new World({ maxConcurrent: 1 });
    world.come('running');
    world.come('hasty', { leftMs: 20 });
    world.come('patient', { leftMs: 1_000 });
    world.end(11);
    expect(world.began).toEqual(['running', 'patient']);
    expect(world.refused).toMatchObject([{ code: 'exhausted.overload' }]);
  });

  it('never begins a call that was withdrawn', () => {
    const world = new World({ maxConcurrent: 1 });
    world.come('running');
    world.come('gone');
    world.withdraw();
    world.come('next');
    world.end(10);
    expect(world.began).toEqual(['running', 'next']);
  });

  it('holds no more than its bound in the queue', () => {
    const world = new World({ maxConcurrent: 1, maxQueued: 3 });
    expect(Array.from({ length: 6 }, () => world.come('x'))).toEqual([
      ...['began', 'waits', 'waits', 'waits', 'refused', 'refused'],
    ]);
  });

  it('takes calls on again as soon as the load is over', () => {
    const world = new World({ maxConcurrent: 1 });
    for (let call = 0; call < 50; call += 1) world.come('burst', { leftMs: 100 });
    while (world.admission.running > 0) world.end(10);
    expect([world.admission.queued, world.come('after', { leftMs: 5 })]).toEqual([0, 'began']);
  });
});

describe('the pace of the loop', () => {
  it('begins no more calls in a turn than fit into some milliseconds, and the rest in the next ones', () => {
    const world = new World({ maxConcurrent: 100 });
    const outcomes = Array.from({ length: 6 }, (_, call) => world.come(`c${call}`, { beginMs: 1 }));
    expect(outcomes).toEqual(['began', 'began', 'waits', 'waits', 'waits', 'waits']);
    world.turn();
    expect(world.began).toHaveLength(4);
    world.turn();
    expect(world.began).toHaveLength(6);
  });

  it('begins what there is a place for, however slow calls are', () => {
    const world = new World({ maxConcurrent: 100 });
    for (let call = 0; call < 20; call += 1) {
      world.come('slow', { leftMs: 10_000 });
      world.turn();
      world.end(900);
    }
    const outcomes = Array.from({ length: 5 }, () => world.come('together', { leftMs: 1_000, beginMs: 5 }));
    expect(outcomes).toEqual(['began', 'waits', 'waits', 'waits', 'waits']);
  });

  const longTurns = (world: World, count: number) => {
    for (let turn = 0; turn < count; turn += 1) {
      world.come('long', { beginMs: 100 });
      world.turn();
    }
  };

  it('counts the length of turns as waiting', () => {
    const world = new World({ maxConcurrent: 3 });
    longTurns(world, 3);
    expect(world.come('hasty', { leftMs: 50 })).toBe('refused');
    expect(world.come('patient', { leftMs: 300 })).toBe('waits');
  });

  it('does not take one turn that was held up for the usual length', () => {
    const world = new World({ maxConcurrent: 1 });
    for (let turn = 0; turn < 4; turn += 1) {
      world.come('short');
      world.turn();
      world.end(0);
    }
    longTurns(world, 1);
    expect(world.come('hasty', { leftMs: 50 })).toBe('waits');
  });

  it('learns from short turns, also from those in which it only refused', () => {
    const world = new World({ maxConcurrent: 3 });
    longTurns(world, 3);
    const outcomes = Array.from({ length: 5 }, () => {
      const outcome = world.come('hasty', { leftMs: 30 });
      world.turn();
      return outcome;
    });
    expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused', 'waits']);
  });

  it('forgets long turns after a second without calls', () => {
    const world = new World({ maxConcurrent: 3 });
    longTurns(world, 3);
    world.nowMs += 1_001;
    expect(world.come('hasty', { leftMs: 50 })).toBe('waits');
  });
});

describe('the number of calls at once', () => {
  const busy = (world: World, turns: number, turnMs: number) => {
    for (let turn = 0; turn < turns; turn += 1) {
      world.come('x', { leftMs: 60_000 });
      world.nowMs += turnMs;
      world.end(0);
    }
  };

  it('falls while turns are long', () => {
    const world = new World({ maxConcurrent: 100, maxWaitMs: 60_000 });
    busy(world, 50, 40);
    expect(world.admission.limit).toBeLessThan(30);
    expect(world.admission.limit).toBeGreaterThanOrEqual(8);
  });

  it('rises again while calls wait and turns are short', () => {
    const world = new World({ maxConcurrent: 100, maxWaitMs: 60_000 });
    busy(world, 100, 40);
    const fallen = world.admission.limit;
    for (let call = 0; call < 100; call += 1) world.come('x', { leftMs: 60_000 });
    for (let call = 0; call < 100; call += 1) world.end(5);
    expect(world.admission.limit).toBeGreaterThan(fallen + 2);
  });
});
