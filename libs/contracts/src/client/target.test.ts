import { targetOf } from './target';

describe('the target of an address', () => {
  it.each([
    ['127.0.0.1:7104', '127.0.0.1:7104'],
    ['dns:///serving:7104', 'dns:///serving:7104'],
    ['10.0.0.5:1, 10.0.0.6:2', 'ipv4:10.0.0.5:1,10.0.0.6:2'],
    ['localhost:1,127.0.0.1:2', 'ipv4:127.0.0.1:1,127.0.0.1:2'],
    ['[::1]:1,[::2]:2', 'ipv6:[::1]:1,[::2]:2'],
  ])('of %s is %s', (address, target) => {
    expect(targetOf(address)).toBe(target);
  });

  it.each(['serving-0:1,serving-1:1', '127.0.0.1:1,[::1]:2', '127.0.0.1:1,', ',', '127.0.0.1,127.0.0.2'])(
    'refuses %s and says what to write',
    (address) => {
      expect(() => targetOf(address)).toThrow(/is not a list of addresses.*dns:\/\/\//);
    },
  );
});
