import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** Packages of others stay outside, by the path at which the importing file finds them: telemetry must see them load. */
const othersStayOutside: Plugin = {
  name: 'others-stay-outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (path.startsWith('@attune/') || path.startsWith('node:') || isAbsolute(path)) return undefined;
      return { path: createRequire(importer).resolve(path), external: true };
    });
  },
};

/** Compiles entry points, each with our own packages in one file, so that child processes of the tests start fast. */
export async function bundle(entryPoints: readonly string[], outdir: string): Promise<readonly string[]> {
  await build({
    entryPoints: Object.fromEntries(entryPoints.map((path, index) => [`entry-${index}`, path])),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    conditions: ['attune-source'],
    plugins: [othersStayOutside],
    logLevel: 'error',
  });
  return entryPoints.map((_, index) => join(outdir, `entry-${index}.js`));
}
