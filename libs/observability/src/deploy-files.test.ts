import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SERVICES, type ServiceName } from '@attune/contracts';
import { deployFiles } from './deploy-files';
import { OBJECTIVES } from './objectives';

const DEPLOY = resolve(__dirname, '..', '..', '..', 'deploy');
const files = Object.entries(deployFiles());

if (process.env.ATTUNE_TEST_WRITE_DEPLOY === '1') {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(DEPLOY, path)), { recursive: true });
    writeFileSync(join(DEPLOY, path), content);
  }
}

describe('what is made for deploy/', () => {
  it.each(files)('%s is as it is declared', (path, content) => {
    expect(readFileSync(join(DEPLOY, path), 'utf8')).toBe(content);
  });

  it('is all there is: no rules and no dashboards that nobody declares', () => {
    const found = globSync(['prometheus/rules/*', 'grafana/*'], { cwd: DEPLOY });
    expect(found.sort()).toEqual(files.map(([path]) => path).sort());
  });
});

describe('the objectives', () => {
  it('are there for every service, availability and latency at least', () => {
    for (const service of Object.keys(SERVICES)) {
      const kinds = OBJECTIVES.filter((objective) => objective.service === service).map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['availability', 'latency']));
    }
  });

  it('speak of RPCs that there are, and of bounds that the histogram has', () => {
    const source = readFileSync(join(DEPLOY, '..', 'libs', 'grpc', 'src', 'served-method.ts'), 'utf8');
    const bounds = /boundaries: \[([^\]]*)\]/.exec(source)![1]!.split(', ').map(Number);
    for (const { service, all, bad } of OBJECTIVES.filter(({ kind }) => kind === 'latency')) {
      const shapes = Object.values(SERVICES[service as ServiceName].definition);
      const methods = shapes.filter(({ responseStream }) => !responseStream).map(({ path }) => path.split('/')[2]);
      const named = /\.\*\/\(([^)]*)\)/.exec(all('5m'))![1]!.split('|');
      expect(methods).toEqual(expect.arrayContaining(named));
      expect(bounds).toContain(Number(/le=~?"([\d.]+)/.exec(bad('5m'))![1]));
    }
  });

  it('are told in docs/operations.md as they are', () => {
    const page = readFileSync(join(DEPLOY, '..', 'docs', 'operations.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| (availability|latency|freshness|quality) \|/.test(line));
    expect(rows).toEqual(OBJECTIVES.map(({ kind, service, promise }) => `| ${kind} | ${service} | ${promise} |`));
  });
});
