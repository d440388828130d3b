import {
  add,
  binaryCrossEntropyWithLogits,
  glorot,
  type Initializer,
  matMul,
  mean,
  mlp,
  multiply,
  Net,
  square,
  sum,
  type Tensor,
} from '@attune/nn';
import { hiddenWidths, type NcfSettings, towerEmbedding } from './ncf-settings';

/** Tables of vectors outside the net, by the names under which their rows are fed. */
export const TABLE_NAMES = {
  gmfUsers: 'gmf_users',
  gmfItems: 'gmf_items',
  mlpUsers: 'mlp_users',
  mlpItems: 'mlp_items',
} as const;

/** One table: whose rows it has and how wide they are. */
export interface TableShape {
  readonly name: string;
  readonly side: 'user' | 'item';
  readonly width: number;
  /** Of the factorization, and not of the tower. */
  readonly isGmf: boolean;
}

/** The tables that a variant learns. */
export function tableShapes(settings: NcfSettings): TableShape[] {
  const { variant, embedding } = settings;
  const gmf = [
    { name: TABLE_NAMES.gmfUsers, side: 'user', width: embedding, isGmf: true },
    { name: TABLE_NAMES.gmfItems, side: 'item', width: embedding, isGmf: true },
  ] as const;
  const width = towerEmbedding(settings);
  const mlp = [
    { name: TABLE_NAMES.mlpUsers, side: 'user', width, isGmf: false },
    { name: TABLE_NAMES.mlpItems, side: 'item', width, isGmf: false },
  ] as const;
  return [...(variant === 'mlp' ? [] : gmf), ...(variant === 'gmf' ? [] : mlp)];
}

// Ones make a gmf begin as plain matrix factorization, which equation 9 of He et al. 2017 is with them.
const GMF_OUTPUT: Initializer = { kind: 'constant', value: 1 };

/**
 * Neural collaborative filtering (He et al. 2017): equations 8 to 12. The logit of a pair is
 *   h_gmf . (p_u * q_i)  +  h_mlp . phi_L(... relu(norm(W_1 [p'_u; q'_i] + b_1)) ...)  +  b
 * and the loss the binary cross-entropy of its sigmoid (equation 7) plus `l2` times the squared length of the vectors, each a mean
 * over the batch. Inputs: rows of the tables and `labels` [batch, 1]; output `logits` [batch, 1].
 */
export function buildNcfNet(settings: NcfSettings): Net {
  const net = new Net(`neural_cf_${settings.variant}`);
  const rows = new Map(tableShapes(settings).map(({ name, width }) => [name, net.rows(name, ['batch', width])]));
  const bias = net.parameter('output.bias', [1], { kind: 'constant', value: 0 }, { decays: false });
  const parts: Part[] = [];
  if (settings.variant !== 'mlp') parts.push(factorization(net, settings, rows));
  if (settings.variant !== 'gmf') parts.push(tower(net, settings, rows));
  const logits = parts.reduce((total, { logit }) => add(total, logit), bias);
  const labels = net.input('labels', ['batch', 1]);
  const fit = binaryCrossEntropyWithLogits(logits, labels);
  const lengths = parts
    .flatMap(({ penalized }) => penalized)
    .map((vectors) => mean(sum(square(vectors), { axes: [1] })))
    .reduce((a, b) => add(a, b));
  net.loss(settings.l2 > 0 ? add(fit, multiply(lengths, settings.l2)) : fit);
  net.output('logits', logits);
  return net;
}

type Rows = ReadonlyMap<string, Tensor>;

/** A part of the sum that is the score. */
interface Part {
  /** [batch, 1]. */
  readonly logit: Tensor;
  /** Vectors [batch, width] whose length costs. */
  readonly penalized: readonly Tensor[];
}

function factorization(net: Net, { embedding }: NcfSettings, rows: Rows): Part {
  const output = net.parameter('gmf.output', [1, embedding], GMF_OUTPUT, { decays: false });
  // Penalized with its output weights, as it counts in the score: weights that grow while vectors shrink would pay no penalty else.
  const users = multiply(rows.get(TABLE_NAMES.gmfUsers)!, output);
  const items = rows.get(TABLE_NAMES.gmfItems)!;
  return { logit: sum(multiply(users, items), { axes: [1], keepDims: true }), penalized: [users, items] };
}

function tower(net: Net, settings: NcfSettings, rows: Rows): Part {
  const { dropout, batchNorm } = settings;
  const hidden = hiddenWidths(settings);
  const vectors = [rows.get(TABLE_NAMES.mlpUsers)!, rows.get(TABLE_NAMES.mlpItems)!];
  const top = mlp(net, vectors, { name: 'mlp', hidden, dropout, batchNorm });
  const output = net.parameter('mlp.output', [hidden.at(-1)!, 1], glorot(hidden.at(-1)!, 1));
  return { logit: matMul(top, output), penalized: vectors };
}
