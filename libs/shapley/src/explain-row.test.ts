import { explainRow, type ModelQuestion } from './explain-row';

/** A model over four columns that takes a missing value for 10, and notes how many rows it was asked for at once. */
function aModel() {
  const asked: number[] = [];
  const predict = async (rows: Float32Array, count: number) => {
    asked.push(count);
    return Float32Array.from({ length: count }, (_, at) => {
      const [a, b, c, d] = Array.from(rows.subarray(at * 4, at * 4 + 4), (x) => (Number.isNaN(x) ? 10 : x));
      return a! + 2 * b! * c! + d!;
    });
  };
  return { asked, predict };
}

const aQuestion = (changes: Partial<ModelQuestion<Float32Array<ArrayBuffer>>> = {}) => ({
  row: Float32Array.of(1, 2, 3, Number.NaN),
  background: new Float32Array(4).fill(Number.NaN),
  groups: [[0], [1], [2], [3]],
  predict: aModel().predict,
  ...changes,
});

describe('explainRow', () => {
  it('tells what each column added to what is said where all of them are missing', async () => {
    const { values, base, total } = await explainRow(aQuestion());
    expect([base, total]).toEqual([220, 23]);
    // b costs 160 where it comes first and 48 after c; c costs 140 first and 28 after b
    expect(Array.from(values)).toEqual([-9, -104, -84, 0]);
  });

  it('does not count as a player what is missing now and in the background', async () => {
    const { asked, predict } = aModel();
    const { evaluations, values } = await explainRow(aQuestion({ predict }));
    expect(evaluations).toBe(2 ** 3);
    expect(asked).toEqual([8]);
    expect(values[3]).toBe(0);
  });

  it('lets groups of columns take part together', async () => {
    const { values, evaluations } = await explainRow(aQuestion({ groups: [[0], [1, 2], [3]] }));
    expect(evaluations).toBe(4);
    expect(Array.from(values)).toEqual([-9, -188, 0]);
  });

  it('lets columns of no group always take part', async () => {
    const { base, total, values } = await explainRow(aQuestion({ groups: [[1], [2]] }));
    expect([base, total]).toEqual([211, 23]);
    expect(values[0]! + values[1]!).toBe(-188);
  });

  it('means the predictions over the rows of the background', async () => {
    const background = Float32Array.of(0, 0, 0, Number.NaN, 4, 2, 0, Number.NaN);
    const { base } = await explainRow(aQuestion({ background }));
    expect(base).toBe((10 + 14) / 2);
  });

  it('bounds the rows of one call, whatever the background', async () => {
    const { asked, predict } = aModel();
    await explainRow(aQuestion({ predict, background: new Float32Array(12) }), { batch: 7 });
    expect(Math.max(...asked)).toBe(6);
  });

  it('says of a row like the background that nothing mattered', async () => {
    const { values, base, total } = await explainRow(aQuestion({ row: new Float32Array(4).fill(Number.NaN) }));
    expect(base).toBe(total);
    expect(Array.from(values)).toEqual([0, 0, 0, 0]);
  });

  it.each([
    ['is empty', { row: new Float32Array(0) }],
    ['no rows of 4', { background: new Float32Array(3) }],
    ['no column 4', { groups: [[4]] }],
    ['two groups', { groups: [[1], [1, 2]] }],
  ])('refuses a question where %s', async (problem, changes) => {
    await expect(explainRow(aQuestion(changes))).rejects.toMatchObject({
      code: 'invalid.shapley_question',
      message: expect.stringContaining(problem),
    });
  });
});
