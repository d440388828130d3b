import * as fc from 'fast-check';
import { packHeaders, unpackHeaders } from './entry-codec';

describe('headers in a stream entry', () => {
  it('come back as they were', () => {
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(names, fc.string({ unit: 'grapheme' })), (headers) => {
        expect({ ...unpackHeaders(packHeaders(headers) || undefined) }).toEqual({ ...headers });
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('take no byte when there are none', () => {
    expect(packHeaders({})).toBe('');
    expect(packHeaders(undefined)).toBe('');
  });
});
