import { AppError } from '@attune/errors';
import { type Format, readBeginning } from './read-rows';

/** How a file is written: its format and what separates its cells. */
export interface Layout {
  readonly format: Format;
  readonly delimiter: string;
}

const DELIMITERS = ['\t', '::', '|', ';', ','] as const;

/** Looks at the first lines: JSON objects, or the separator that cuts each of them into the same number of cells. */
export async function detectLayout(path: string, given: Partial<Layout>): Promise<Layout> {
  if (given.format === 'jsonl') return { format: 'jsonl', delimiter: '' };
  if (given.delimiter !== undefined) return { format: given.format ?? 'csv', delimiter: given.delimiter };
  if (given.format === 'tsv') return { format: 'tsv', delimiter: '\t' };
  const text = (await readBeginning(path)).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const lines = text
    .split(/\r?\n/)
    .slice(0, -1)
    .concat(text.endsWith('\n') ? [] : text.split(/\r?\n/).slice(-1));
  const sample = lines.filter((line) => line.trim() !== '').slice(0, 20);
  if (sample.length === 0) throw new AppError('invalid.file', `"${path}" is empty`);
  if (sample[0]!.trimStart().startsWith('{')) return { format: 'jsonl', delimiter: '' };
  if (given.format === 'csv') return { format: 'csv', delimiter: ',' };
  const delimiter = DELIMITERS.find((mark) => sample[0]!.includes(mark));
  if (delimiter === undefined) {
    throw new AppError('invalid.file', `"${path}" has one column only; name its separator with --delimiter`);
  }
  return { format: delimiter === '\t' ? 'tsv' : 'csv', delimiter };
}
