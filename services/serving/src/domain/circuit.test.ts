import { Circuit } from './circuit';

const RULE = { failures: 3, retryMs: 5_000 };

function opened(): Circuit {
  const circuit = new Circuit(RULE);
  for (let failure = 0; failure < 3; failure++) circuit.failed(0);
  return circuit;
}

describe('Circuit', () => {
  it('lets everybody ask until the failures in a row are too many', () => {
    const circuit = new Circuit(RULE);
    circuit.failed(0);
    circuit.failed(0);
    circuit.answered();
    circuit.failed(0);
    circuit.failed(0);
    expect([circuit.isOpen, circuit.mayAsk(0)]).toEqual([false, true]);
    circuit.failed(0);
    expect([circuit.isOpen, circuit.mayAsk(0)]).toEqual([true, false]);
  });

  it('lets one ask when it is time again, and nobody beside it', () => {
    const circuit = opened();
    expect([4_999, 5_000, 5_001, 9_999, 10_000].map((nowMs) => circuit.mayAsk(nowMs))).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it('is closed by an answer, and stays open after a failure', () => {
    const circuit = opened();
    circuit.mayAsk(5_000);
    circuit.failed(5_100);
    expect(circuit.mayAsk(10_000)).toBe(false);
    circuit.mayAsk(10_100);
    circuit.answered();
    expect(circuit.isOpen).toBe(false);
  });

  it('is opened by failures that last, where the rule asks for that, and not by many at once', () => {
    const circuit = new Circuit({ ...RULE, lastingMs: 1_000 });
    for (let failure = 0; failure < 100; failure++) circuit.failed(failure);
    expect(circuit.isOpen).toBe(false);
    circuit.answered();
    for (const nowMs of [900, 1_000, 1_899]) circuit.failed(nowMs);
    expect(circuit.isOpen).toBe(false);
    circuit.failed(1_900);
    expect([circuit.isOpen, circuit.mayAsk(6_899), circuit.mayAsk(6_900)]).toEqual([true, false, true]);
  });
});
