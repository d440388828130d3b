import { LatencyWindow } from './latency-window';

describe('the latencies of a method', () => {
  it('say nothing before there are twenty', () => {
    const window = new LatencyWindow();
    for (let i = 0; i < 19; i += 1) window.add(1);
    expect(window.slowMs()).toBeUndefined();
    window.add(1);
    expect(window.slowMs()).toBe(1);
  });

  it('give what one in twenty exceeds', () => {
    const window = new LatencyWindow();
    for (let i = 1; i <= 160; i += 1) window.add(i);
    expect(window.slowMs()).toBe(152);
  });

  it('forget what is long ago', () => {
    const window = new LatencyWindow();
    for (let i = 0; i < 256; i += 1) window.add(500);
    for (let i = 0; i < 256; i += 1) window.add(2);
    expect(window.slowMs()).toBe(2);
  });
});
