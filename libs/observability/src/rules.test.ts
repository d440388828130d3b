import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, findPrometheus } from '@attune/devstack';
import { DASHBOARDS } from './deploy-files';
import { yamlOf } from './yaml';

jest.setTimeout(300_000);

const ROOT = resolve(__dirname, '..', '..', '..');
const PROMETHEUS = join(ROOT, 'deploy', 'prometheus');
const run = promisify(execFile);
const programs = findPrometheus(cacheFolder(ROOT, process.env), () => undefined);

/** What promtool says; rejects where it finds something wrong. */
async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(programs!.promtool, args, { cwd: PROMETHEUS, maxBuffer: 2 ** 24 });
  return stdout;
}

const tests = globSync('tests/*.yaml', { cwd: PROMETHEUS }).sort();
const namesIn = (kind: string) =>
  tests
    .filter((path) => path.startsWith(`tests/${kind}-`))
    .flatMap((path) => [...readFileSync(join(PROMETHEUS, path), 'utf8').matchAll(/^ {2}- name: (.*)$/gm)]);

if (programs !== undefined) {
  describe('the rules for Prometheus, by promtool', () => {
    it('are rules that Prometheus can read', async () => {
      const files = globSync('rules/*.yaml', { cwd: PROMETHEUS });
      expect(await promtool('check', 'rules', ...files)).not.toContain('FAILED');
    });

    it('are read by a configuration that Prometheus can read', async () => {
      expect(await promtool('check', 'config', 'prometheus.yaml')).toContain('SUCCESS');
    });

    it('speak the same language as the queries of the dashboards', async () => {
      const exprs = DASHBOARDS.flatMap(({ panels }) =>
        panels.flatMap(({ queries }) => queries.map(({ expr }) => expr)),
      );
      const folder = mkdtempSync(join(tmpdir(), 'attune-dashboards-'));
      try {
        const rules = exprs.map((expr, at) => ({ record: `panel:${at}`, expr: expr.replaceAll('$service', '.*') }));
        writeFileSync(join(folder, 'panels.yaml'), yamlOf({ groups: [{ name: 'panels', rules }] }));
        expect(await promtool('check', 'rules', join(folder, 'panels.yaml'))).toContain(`${exprs.length} rules found`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it.each(tests)('hold in %s', async (path) => {
      expect(await promtool('test', 'rules', path)).toContain('SUCCESS');
    });
  });
} else {
  it('says aloud that the rules were not tried', () => {
    process.stderr.write(
      '\nSKIPPED: the rules were not tried: promtool is not on the PATH and cannot be fetched here\n',
    );
    expect(programs).toBeUndefined();
  });
}

describe('the rules for Prometheus', () => {
  it('are tried on 15 incidents that must wake somebody in time, and on 15 noises that must not', () => {
    expect(namesIn('incidents').length).toBeGreaterThanOrEqual(15);
    expect(namesIn('noises').length).toBeGreaterThanOrEqual(15);
    for (const [, name] of namesIn('incidents')) expect(name).toMatch(/paged within \d+ (minutes|hours)/);
  });

  it('name a runbook that is there for every alert', () => {
    const urls = globSync('rules/*.yaml', { cwd: PROMETHEUS }).flatMap((path) => [
      ...readFileSync(join(PROMETHEUS, path), 'utf8').matchAll(/runbook_url: "([^"]*)"/g),
    ]);
    const alerts = globSync('rules/*.yaml', { cwd: PROMETHEUS }).flatMap((path) => [
      ...readFileSync(join(PROMETHEUS, path), 'utf8').matchAll(/alert: (\w+)/g),
    ]);
    expect(urls).toHaveLength(alerts.length);
    const missing = new Set(urls.map(([, url]) => url!).filter((url) => !existsSync(join(ROOT, url))));
    expect([...missing]).toEqual([]);
  });
});
