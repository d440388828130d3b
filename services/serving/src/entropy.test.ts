import { makeEntropy } from './entropy';

it('gives other bytes every time, as many as are wanted, beyond the end of its pool', () => {
  const entropy = makeEntropy(10);
  const given = Array.from({ length: 2_000 }, () => Buffer.from(entropy()).toString('hex'));
  expect(new Set(given).size).toBe(2_000);
  expect(given.every((hex) => hex.length === 20)).toBe(true);
});
