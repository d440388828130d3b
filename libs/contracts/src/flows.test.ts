import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS } from './topics';

const ROOT = join(__dirname, '..', '..', '..');
const FLOWS = readFileSync(join(ROOT, 'docs', 'flows.md'), 'utf8');

/** The cells of each row of the first table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = FLOWS.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n');
  const begin = lines.findIndex((line) => line.startsWith('|---'));
  const after = lines.slice(begin + 1);
  const end = after.findIndex((line) => !line.startsWith('|'));
  return after.slice(0, end).map((line) => line.split('|').slice(1, -1).map(plain));
}

function plain(cell: string): string {
  return cell.trim().replaceAll('`', '');
}

describe('docs/flows.md', () => {
  it('shows the topics as the code has them', () => {
    const inCode = Object.values(TOPICS).map(({ name, message, key, producer, consumers, retentionHours }) => [
      name,
      message,
      key,
      producer,
      consumers.join(', '),
      `${retentionHours} h`,
    ]);
    expect(tableUnder('Topics')).toEqual(inCode);
  });

  it('has every flow that the other pages point to', () => {
    const headings = [...FLOWS.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'Topics',
      'interaction',
      'entity change',
      'consent',
      'features are read',
      'recommend',
      'explain',
      'predict',
      'bandit',
      'experiment',
      'measurement',
      'alerts',
      'a surface is changed',
      'a model goes live',
      'incremental training',
      'continuous learning',
      'evaluating on files',
      'labelled training set',
      'erasure',
      'history leaves and comes back',
      'a call to a service',
      'traces',
      'start and stop',
    ]);
  });

  it.each(['flows.md', 'glossary.md'])('names whole paths that exist, as %s does', (page) => {
    const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
    const paths = [...text.matchAll(/`((?:libs|services|scripts|proto)\/[^`<> ]+)`/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names files within a service that exist in one', () => {
    const folders = ['bandit', 'experiment', 'feature-store', 'monitoring', 'serving', 'training'].map((name) =>
      join(ROOT, 'services', name, 'src'),
    );
    const folder = '(?:domain|use-cases|grpc|events|storage|jobs|pipeline|execution)';
    const paths = [...FLOWS.matchAll(new RegExp(`\`(${folder}/[^\`<> ]+\\.ts)\``, 'g'))].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(10);
    const isMissing = (path: string) => !folders.some((src) => existsSync(join(src, path)));
    expect(paths.filter(isMissing)).toEqual([]);
  });
});
