import { seededNormal } from '@attune/kernels';
import type { PreviousModel } from '../model';
import { tableShapes } from './ncf-net';
import { hiddenWidths, type NcfSettings } from './ncf-settings';
import type { NcfTensors } from './ncf-stages';

/** What decides which tensors a model has; an earlier version with another shape cannot be begun at. */
const SHAPE = ['variant', 'embedding', 'mlpEmbedding', 'hidden', 'batchNorm'] as const;

/**
 * What an earlier version knew, for a training to begin at: layers as they were, rows of the users and items that it had, random rows
 * for the others. Undefined where that version has another shape. The names are those of the graph `pairs`.
 */
export function warmStart(previous: PreviousModel, settings: NcfSettings): NcfTensors | undefined {
  if (SHAPE.some((name) => previous.settings[name] !== settings[name])) return undefined;
  const tensors: Record<string, Float32Array> = {};
  for (const name of layerNames(settings)) {
    const values = previous.tensor(name);
    if (values === undefined) return undefined;
    tensors[name] = values;
  }
  const normal = seededNormal(settings.seed);
  for (const { name, side, width } of tableShapes(settings)) {
    const table = previous.tensor(name);
    const rows = side === 'user' ? previous.userRows : previous.itemRows;
    if (table === undefined || table.length < (highest(rows) + 1) * width) return undefined;
    tensors[name] = carryOver(table, rows, width, () => settings.initStd * normal());
  }
  return splitFirstLayer(tensors, settings);
}

function highest(rows: Int32Array): number {
  return rows.reduce((a, b) => Math.max(a, b), -1);
}

function carryOver(table: Float32Array, rows: Int32Array, width: number, draw: () => number): Float32Array {
  const values = new Float32Array(rows.length * width);
  for (const [to, row] of rows.entries()) {
    for (let k = 0; k < width; k++) values[to * width + k] = row < 0 ? draw() : table[row * width + k]!;
  }
  return values;
}

/** Names in the graph `pairs` of all that is no table. */
function layerNames(settings: NcfSettings): string[] {
  const { variant, batchNorm } = settings;
  const names = ['output.bias'];
  if (variant !== 'mlp') names.push('gmf.output');
  if (variant === 'gmf') return names;
  names.push('mlp.output');
  const parts = batchNorm ? ['norm.gamma', 'norm.beta', 'norm.mean', 'norm.variance'] : ['bias'];
  for (const at of hiddenWidths(settings).keys()) {
    for (const part of ['weight', ...parts]) names.push(`mlp.${at}.${part}`);
  }
  return names;
}

/** The net has the first layer in two halves, the graph in one piece. */
function splitFirstLayer(tensors: Record<string, Float32Array>, { variant }: NcfSettings): NcfTensors {
  if (variant === 'gmf') return tensors;
  const { 'mlp.0.weight': weight, ...rest } = tensors;
  const half = weight!.length / 2;
  return { ...rest, 'mlp.0.weight.0': weight!.slice(0, half), 'mlp.0.weight.1': weight!.slice(half) };
}
