import { openDatabase, schemaFor } from '@attune/postgres';
import { useInfra } from '@attune/testkit';
import { byteParameters, jsonArray, numberArray, textArray } from './sql-arrays';

const { databaseUrl, namespace } = useInfra();

describe('array literals', () => {
  it('come back from PostgreSQL as they were', async () => {
    const options = { url: databaseUrl, schema: schemaFor(namespace, 'arrays'), applicationName: namespace };
    await using database = await openDatabase(options);
    const texts = ['plain', '', 'a"b', 'c\\d', '{e,f}', 'NULL', '😀'];
    const { rows } = await database.query(
      `SELECT $1::text[] AS texts, $2::text[] AS plain, $3::float8[] AS numbers, $4::jsonb[] AS json,
         substr($5::bytea, ($6::int[])[2], ($7::int[])[2]) AS second`,
      [
        textArray(texts),
        textArray(['', 'x']),
        numberArray([1.5, undefined, 1e300]),
        jsonArray([{}, { 'k"': 'v\\' }]),
        ...byteParameters([Buffer.from('first'), Buffer.from('second')]),
      ],
    );
    expect(rows[0]).toEqual({
      texts,
      plain: ['', 'x'],
      numbers: [1.5, null, 1e300],
      json: [null, { 'k"': 'v\\' }],
      second: Buffer.from('second'),
    });
  });
});
