import { GraphBuilder } from '@attune/onnx';
import type { Calibration } from '../calibration/calibration';
import type { Cross } from './cross-features';
import { type FeatureScale, LARGEST_INPUT, LARGEST_RAW } from './feature-transform';

/** Everything that the served graph computes with. */
export interface EngagementGraphParts {
  readonly featureCount: number;
  readonly crosses: readonly Cross[];
  /** Of the features and the crosses behind them. */
  readonly scales: readonly FeatureScale[];
  readonly crossLayers: number;
  /** Widths of the shared layers. */
  readonly hidden: readonly number[];
  /** Parameters of the net by name. */
  readonly parameters: Readonly<Record<string, Float32Array>>;
  /** One per label. */
  readonly calibrations: readonly Calibration[];
}

/** A graph under construction that takes names for what it makes. */
class Writer {
  readonly graph = new GraphBuilder('predict');
  #count = 0;

  op(op: string, inputs: readonly string[], attributes = {}): string {
    return this.graph.node({ op, inputs, outputs: [`v${this.#count++}`], attributes });
  }

  floats(name: string, data: Float32Array | readonly number[], dims: readonly number[]): string {
    return this.graph.initializer(name, Float32Array.from(data), dims);
  }

  scalar(value: number): string {
    return this.graph.initializer(`c${this.#count++}`, Float32Array.of(value), [1]);
  }

  indices(values: readonly number[]): string {
    return this.graph.initializer(`i${this.#count++}`, Int32Array.from(values), [values.length]);
  }

  axes(...values: readonly number[]): string {
    return this.graph.initializer(`a${this.#count++}`, BigInt64Array.from(values, BigInt), [values.length]);
  }

  columns(from: string, positions: readonly number[]): string {
    return this.op('Gather', [from, this.indices(positions)], { axis: 1 });
  }
}

/**
 * The graph `predict`: `features` f32 [n, F] as they were recorded (NaN for missing) give `probabilities` f32 [n, L]. Crosses, scales,
 * the net and the calibration of each label are inside.
 */
export function buildEngagementGraph(parts: EngagementGraphParts): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  const { graph } = writer;
  const features = graph.input({ name: 'features', type: 'float32', shape: ['n', parts.featureCount] });
  const inputs = addTransform(writer, addCrosses(writer, features, parts.crosses), parts.scales);
  const logits = addNet(writer, inputs, parts);
  const probabilities = addCalibrations(writer, logits, parts.calibrations);
  graph.node({ op: 'Identity', inputs: [probabilities], outputs: ['probabilities'] });
  graph.output({ name: 'probabilities', type: 'float32', shape: ['n', parts.calibrations.length] });
  return graph.finish();
}

function addCrosses(writer: Writer, features: string, crosses: readonly Cross[]): string {
  const products = crosses.map(({ left, right }) => {
    const product = writer.op('Mul', [writer.columns(features, left), writer.columns(features, right)]);
    return left.length === 1 ? product : writer.op('ReduceSum', [product, writer.axes(1)], { keepdims: 1 });
  });
  return products.length === 0 ? features : writer.op('Concat', [features, ...products], { axis: 1 });
}

function addTransform(writer: Writer, raw: string, scales: readonly FeatureScale[]): string {
  const row = [1, scales.length];
  const isMissing = writer.op('IsNaN', [raw]);
  const known = writer.op('Where', [isMissing, writer.scalar(0), raw]);
  const cut = clip(writer, known, LARGEST_RAW);
  const spread = scales.some(({ isLogarithmic }) => isLogarithmic) ? addLogarithms(writer, cut, scales) : cut;
  const means = writer.floats(
    'means',
    scales.map(({ mean }) => mean),
    row,
  );
  const deviations = writer.floats(
    'deviations',
    scales.map(({ deviation }) => deviation),
    row,
  );
  const scaled = clip(writer, writer.op('Div', [writer.op('Sub', [spread, means]), deviations]), LARGEST_INPUT);
  const standardized = writer.op('Where', [isMissing, writer.scalar(0), scaled]);
  const indicators = scales.flatMap(({ canBeMissing }, at) => (canBeMissing ? [at] : []));
  if (indicators.length === 0) return standardized;
  const missing = writer.op('Cast', [writer.columns(isMissing, indicators)], { to: 1 });
  return writer.op('Concat', [standardized, missing], { axis: 1 });
}

/** sign(x) log(1 + |x|) in the columns that are logarithmic. */
function addLogarithms(writer: Writer, x: string, scales: readonly FeatureScale[]): string {
  const flags = writer.floats(
    'is_logarithmic',
    scales.map(({ isLogarithmic }) => (isLogarithmic ? 1 : 0)),
    [1, scales.length],
  );
  const log = writer.op('Log', [writer.op('Add', [writer.op('Abs', [x]), writer.scalar(1)])]);
  const signed = writer.op('Mul', [writer.op('Sign', [x]), log]);
  return writer.op('Where', [writer.op('Cast', [flags], { to: 9 }), signed, x]);
}

function clip(writer: Writer, x: string, largest: number): string {
  return writer.op('Min', [writer.op('Max', [x, writer.scalar(-largest)]), writer.scalar(largest)]);
}

/** The forward pass of `buildEngagementNet`. */
function addNet(writer: Writer, inputs: string, parts: EngagementGraphParts): string {
  const { crossLayers, hidden, parameters, calibrations } = parts;
  const labels = calibrations.length;
  const stored = (name: string, ...dims: number[]) => writer.floats(name, parameters[name]!, dims);
  const width = parameters['cross.output']!.length / labels;
  let crossed = inputs;
  for (let at = 0; at < crossLayers; at++) {
    const weight = stored(`cross.${at}.weight`, width, width);
    const factor = writer.op('Gemm', [crossed, weight, stored(`cross.${at}.bias`, width)]);
    crossed = writer.op('Add', [writer.op('Mul', [inputs, factor]), crossed]);
  }
  let deep = inputs;
  let inner = width;
  for (const [at, outputs] of hidden.entries()) {
    const weight = stored(`deep.${at}.weight`, inner, outputs);
    deep = writer.op('Relu', [writer.op('Gemm', [deep, weight, stored(`deep.${at}.bias`, outputs)])]);
    inner = outputs;
  }
  const fromCross = writer.op('Gemm', [crossed, stored('cross.output', width, labels), stored('output.bias', labels)]);
  return writer.op('Add', [fromCross, writer.op('MatMul', [deep, stored('deep.output', inner, labels)])]);
}

function addCalibrations(writer: Writer, logits: string, calibrations: readonly Calibration[]): string {
  // one product for all labels: a single prediction takes as long as its operations are many
  const logistic = calibrations.flatMap((own) => (own.kind === 'logistic' ? [own] : []));
  if (logistic.length === calibrations.length) return addLogisticCalibrations(writer, logits, logistic);
  const columns = calibrations.map((calibration, label) => {
    const logit = calibrations.length === 1 ? logits : writer.columns(logits, [label]);
    if (calibration.kind === 'isotonic') return addCurve(writer, logit, calibration.knots, calibration.values);
    const scaled = writer.op('Mul', [logit, writer.scalar(calibration.slope)]);
    return writer.op('Sigmoid', [writer.op('Add', [scaled, writer.scalar(calibration.intercept)])]);
  });
  return columns.length === 1 ? columns[0]! : writer.op('Concat', columns, { axis: 1 });
}

function addLogisticCalibrations(
  writer: Writer,
  logits: string,
  calibrations: readonly Extract<Calibration, { readonly kind: 'logistic' }>[],
): string {
  const row = [1, calibrations.length];
  const slopes = writer.floats(
    'slopes',
    calibrations.map(({ slope }) => slope),
    row,
  );
  const intercepts = writer.floats(
    'intercepts',
    calibrations.map(({ intercept }) => intercept),
    row,
  );
  return writer.op('Sigmoid', [writer.op('Add', [writer.op('Mul', [logits, slopes]), intercepts])]);
}

/** Straight lines between knots: the place of a score is how many knots are not beyond it. x and the result are [n, 1]. */
function addCurve(writer: Writer, x: string, knots: readonly number[], values: readonly number[]): string {
  const last = knots.length - 1;
  if (last === 0) return writer.op('Add', [writer.op('Mul', [x, writer.scalar(0)]), writer.scalar(values[0]!)]);
  const cut = writer.op('Min', [writer.op('Max', [x, writer.scalar(knots[0]!)]), writer.scalar(knots[last]!)]);
  // the last knot has no line behind it: its score lies at the end of the line before
  const inner = writer.floats(`knots_${x}`, knots.slice(1, -1), [1, Math.max(0, last - 1)]);
  const reached = writer.op('Cast', [writer.op('GreaterOrEqual', [cut, inner])], { to: 6 });
  const place = writer.op('ReduceSum', [reached, writer.axes(1)], { keepdims: 0 });
  const pick = (name: string, list: readonly number[]) =>
    writer.op('Gather', [writer.floats(`${name}_${x}`, list, [list.length, 1]), place], { axis: 0 });
  const slopes = Array.from({ length: last }, (_, i) => (values[i + 1]! - values[i]!) / (knots[i + 1]! - knots[i]!));
  const rise = writer.op('Mul', [writer.op('Sub', [cut, pick('starts', knots.slice(0, -1))]), pick('slopes', slopes)]);
  return writer.op('Add', [pick('levels', values.slice(0, -1)), rise]);
}
