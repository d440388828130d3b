import { duration } from './parse';

describe('duration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('reads %s', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(['', '5', 'h', '0s', '-1h', '1 h', '1w', 'soon'])('refuses "%s", and says what one looks like', (text) => {
    expect(() => duration(text)).toThrow('must be a length of time such as 90s, 15m, 1h or 2d');
  });
});
