import {
  add,
  type Initializer,
  matMul,
  mean,
  multiply,
  Net,
  relu,
  softplus,
  subtract,
  sum,
  type Tensor,
} from '@attune/nn';
import type { EngagementSettings } from './engagement-settings';

/** How wide the ends of the net are. */
export interface NetShape {
  readonly inputs: number;
  readonly labels: number;
}

/** Widths of the shared layers. */
export function sharedWidths({ hidden }: Pick<EngagementSettings, 'hidden'>): number[] {
  return hidden.split('-').map(Number);
}

/**
 * One net for all labels (a shared bottom, Caruana 1997): cross layers x_{l+1} = x_0 * (x_l W_l + b_l) + x_l (Wang et al., "DCN V2"
 * (2021), equation 1), a tower of ReLU layers over the inputs beside them, and per label a weighted sum of both ends: its logit.
 * The loss of an example is the sum of the binary cross-entropies of its labels times `masks`, which are 0 where a label is missing.
 * Inputs: `inputs` [batch, inputs], `labels` and `masks` [batch, labels]; output `logits` [batch, labels].
 */
export function buildEngagementNet(settings: EngagementSettings, shape: NetShape): Net {
  const net = new Net('engagement');
  const inputs = net.input('inputs', ['batch', shape.inputs]);
  const glorot = (fanIn: number, fanOut: number): Initializer => ({ kind: 'glorot', fanIn, fanOut });
  const zeros: Initializer = { kind: 'constant', value: 0 };
  const bias = (name: string, width: number): Tensor => net.parameter(name, [width], zeros, { decays: false });

  let crossed = inputs;
  for (let at = 0; at < settings.crossLayers; at++) {
    const weight = net.parameter(
      `cross.${at}.weight`,
      [shape.inputs, shape.inputs],
      glorot(shape.inputs, shape.inputs),
    );
    const factor = add(matMul(crossed, weight), bias(`cross.${at}.bias`, shape.inputs));
    crossed = add(multiply(inputs, factor), crossed);
  }
  let deep = inputs;
  let width = shape.inputs;
  for (const [at, outputs] of sharedWidths(settings).entries()) {
    const weight = net.parameter(`deep.${at}.weight`, [width, outputs], { kind: 'he', fanIn: width });
    deep = net.dropout(relu(add(matMul(deep, weight), bias(`deep.${at}.bias`, outputs))), settings.dropout);
    width = outputs;
  }
  const fromCross = net.parameter('cross.output', [shape.inputs, shape.labels], glorot(shape.inputs, shape.labels));
  const fromDeep = net.parameter('deep.output', [width, shape.labels], glorot(width, shape.labels));
  const logits = add(add(matMul(crossed, fromCross), matMul(deep, fromDeep)), bias('output.bias', shape.labels));

  const labels = net.input('labels', ['batch', shape.labels]);
  const masks = net.input('masks', ['batch', shape.labels]);
  const losses = multiply(masks, subtract(softplus(logits), multiply(labels, logits)));
  net.loss(mean(sum(losses, { axes: [1] })));
  net.output('logits', logits);
  return net;
}
