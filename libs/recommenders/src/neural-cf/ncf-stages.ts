import { type NcfSettings, ncfSettings } from './ncf-settings';

/** One net that is trained from its beginning to its end. */
export interface Stage {
  /** With `variant` set to the stage's. */
  readonly settings: NcfSettings;
  readonly epochs: number;
  /** Of the layers and the tower's vectors, at the start of the schedule. */
  readonly learningRate: number;
  /** Of the factorization's vectors. */
  readonly gmfRate: number;
}

/** Which parts are trained by themselves before a neumf puts them together (He et al. 2017, section 3.4.1). */
const TRAINED_BEFORE = { none: [], als: [], 'gmf-mlp': ['gmf', 'mlp'] } as const;

/** What is trained one after the other. A model that goes on from an earlier version is not pre-trained. */
export function stagesOf(settings: NcfSettings, isWarm: boolean): Stage[] {
  const { variant, pretrain, pretrainEpochs, epochs, learningRate, fineTuneRate, towerRate } = settings;
  const kind = variant === 'neumf' && !isWarm ? pretrain : 'none';
  const before = TRAINED_BEFORE[kind].map((of) => ({
    settings: ncfSettings.parse({ ...settings, variant: of, pretrain: 'none' }),
    epochs: pretrainEpochs,
    learningRate,
    gmfRate: learningRate,
  }));
  const gmfRate = isWarm || before.length > 0 ? learningRate * fineTuneRate : learningRate;
  return [...before, { settings, epochs, learningRate: kind === 'als' ? gmfRate * towerRate : gmfRate, gmfRate }];
}

/** Named tensors: tables and the parameters and statistics of a net. */
export type NcfTensors = Readonly<Record<string, Float32Array>>;

/**
 * The neumf that a gmf and an mlp make together: their tables and layers side by side, output weights times `alpha` and
 * 1 - alpha (equation 13; the bias likewise).
 */
export function mergePretrained(gmf: NcfTensors, mlp: NcfTensors, alpha: number): NcfTensors {
  const scaled = (values: Float32Array | undefined, by: number) => values?.map((value) => value * by);
  const [gmfOutput, mlpOutput] = [scaled(gmf['gmf.output'], alpha), scaled(mlp['mlp.output'], 1 - alpha)];
  const bias = alpha * gmf['output.bias']![0]! + (1 - alpha) * mlp['output.bias']![0]!;
  return { ...gmf, ...mlp, 'gmf.output': gmfOutput!, 'mlp.output': mlpOutput!, 'output.bias': Float32Array.of(bias) };
}
