import { AppError } from '@attune/errors';
import { TABLE_NAMES, tableShapes } from './ncf-net';
import { hiddenWidths, type NcfSettings, towerEmbedding } from './ncf-settings';
import type { BatchNormWeights, GmfWeights, MlpWeights, NcfLayer, NcfWeights } from './ncf-weights';

/** Finds a tensor by its name among the parameters of the net and the tables; undefined where there is none. */
export type TensorByName = (name: string) => Float32Array | undefined;

/** The weights of a model from what a training left: parameters and statistics of the net, and its tables, by name. */
export function weightsOf(settings: NcfSettings, tensor: TensorByName): NcfWeights {
  const need = (name: string): Float32Array => {
    const found = tensor(name);
    if (found === undefined) throw new AppError('internal.ncf_state', `the trained model has no "${name}"`);
    return found;
  };
  const { variant } = settings;
  const { side, width, name } = tableShapes(settings)[0]!;
  if (side !== 'user') throw new AppError('internal.ncf_state', 'the first table is that of the users');
  const other = tableShapes(settings).find((table) => table.side === 'item')!;
  return {
    userCount: need(name).length / width,
    itemCount: need(other.name).length / other.width,
    ...(variant !== 'mlp' && { gmf: gmfOf(settings, need) }),
    ...(variant !== 'gmf' && { mlp: mlpOf(settings, need) }),
    bias: need('output.bias')[0]!,
  };
}

type Need = (name: string) => Float32Array;

function gmfOf({ embedding }: NcfSettings, need: Need): GmfWeights {
  const { gmfUsers, gmfItems } = TABLE_NAMES;
  return { width: embedding, users: need(gmfUsers), items: need(gmfItems), output: need('gmf.output') };
}

function mlpOf(settings: NcfSettings, need: Need): MlpWeights {
  const width = towerEmbedding(settings);
  const widths = hiddenWidths(settings);
  const layers = widths.map((outputs, at): NcfLayer => {
    const name = `mlp.${at}`;
    const [inputs, weight] =
      at === 0
        ? [2 * width, joined(need(`${name}.weight.0`), need(`${name}.weight.1`))]
        : [widths[at - 1]!, need(`${name}.weight`)];
    const rest = settings.batchNorm ? { norm: normOf(`${name}.norm`, need) } : { bias: need(`${name}.bias`) };
    return { inputs, outputs, weight, ...rest };
  });
  const { mlpUsers, mlpItems } = TABLE_NAMES;
  return { width, users: need(mlpUsers), items: need(mlpItems), layers, output: need('mlp.output') };
}

function normOf(name: string, need: Need): BatchNormWeights {
  const part = (of: string) => need(`${name}.${of}`);
  return { gamma: part('gamma'), beta: part('beta'), mean: part('mean'), variance: part('variance') };
}

/** The user's half of the first layer above the item's. */
function joined(top: Float32Array, bottom: Float32Array): Float32Array {
  const both = new Float32Array(top.length + bottom.length);
  both.set(top);
  both.set(bottom, top.length);
  return both;
}
