import { duration, namedNumber, setting } from './parse';

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

describe('setting', () => {
  it.each([
    ['rank=32', { rank: 32 }],
    ['pretrain=true', { pretrain: true }],
    ['hidden=[256,128]', { hidden: [256, 128] }],
    ['variant=ease', { variant: 'ease' }],
    ['note=a=b', { note: 'a=b' }],
    ['empty=', { empty: '' }],
  ])('reads %s', (text, expected) => {
    expect(setting(text)).toEqual(expected);
  });

  it('gathers settings, the last of a name counts', () => {
    expect(setting('a=2', setting('b=1', setting('a=1')))).toEqual({ a: 2, b: 1 });
  });

  it.each(['rank', '=1', 'hidden=[1'])('refuses "%s"', (text) => {
    expect(() => setting(text)).toThrow(/must be name=value|is not JSON/);
  });
});

describe('namedNumber', () => {
  it('gathers numbers by their names', () => {
    expect(namedNumber('item_likes=-2.5', namedNumber('a=1'))).toEqual({ a: 1, item_likes: -2.5 });
  });

  it.each(['a', 'a=', 'a=x', '=1', 'a=Infinity'])('refuses "%s"', (text) => {
    expect(() => namedNumber(text)).toThrow('must be name=number');
  });
});
