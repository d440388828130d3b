import { largestTrafficShare, trafficShareAt } from './traffic-share';

const ramped = {
  trafficShare: 0.01,
  ramp: [
    { atMs: 100, trafficShare: 0.5 },
    { atMs: 200, trafficShare: 0.2 },
  ],
};

describe('trafficShareAt', () => {
  it.each([
    [99, 0.01],
    [100, 0.5],
    [199, 0.5],
    [200, 0.2],
    [1e15, 0.2],
  ])('at %d ms is %d', (atMs, share) => {
    expect(trafficShareAt(ramped, atMs)).toBe(share);
  });

  it('stays where there is no ramp', () => {
    expect(trafficShareAt({ trafficShare: 0.3, ramp: [] }, 5)).toBe(0.3);
  });
});

describe('largestTrafficShare', () => {
  it('looks at the whole ramp and at what comes before it', () => {
    expect(largestTrafficShare(ramped)).toBe(0.5);
    expect(largestTrafficShare({ ...ramped, trafficShare: 0.7 })).toBe(0.7);
  });
});
