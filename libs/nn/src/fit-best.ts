import { AppError } from '@attune/errors';
import type { NamedValues } from './engine';
import type { EarlyStopping, Trainee } from './fit-request';
import { tablesOf } from './fit-tables';

/** The best epoch so far and what the net and its tables were then. */
export class Best {
  epoch = 0;
  metric: number | undefined;
  dense: NamedValues | undefined;
  /** Values only, by the names of tables: what the optimizer remembered is of no use to the model. */
  tables: NamedValues = {};

  constructor(
    private readonly trainee: Trainee,
    private readonly rule: EarlyStopping,
  ) {}

  /** Whether the patience is used up after `epochs` epochs. */
  isOver(epochs: number): boolean {
    return this.metric !== undefined && epochs - this.epoch >= this.rule.patience;
  }

  /** Measures an epoch, and keeps it where it is the best. */
  async look(epoch: number, signal?: AbortSignal): Promise<number> {
    const metric = await this.rule.evaluate(epoch, signal);
    if (!Number.isFinite(metric)) {
      throw new AppError('internal.diverged', `the metric after epoch ${epoch} is ${metric}; lower the learning rate`);
    }
    const isBetter = this.rule.better === 'higher' ? metric > this.metric! : metric < this.metric!;
    if (this.metric !== undefined && !isBetter) return metric;
    this.epoch = epoch;
    this.metric = metric;
    this.dense = await this.trainee.compiled.state();
    for (const { name, values } of tablesOf(this.trainee)) {
      const kept = this.tables[name];
      if (kept === undefined) this.tables[name] = new Float32Array(values);
      else kept.set(values);
    }
    return metric;
  }

  /** Gives the net and its tables back what they were in the best epoch. */
  async restore(): Promise<void> {
    if (this.dense === undefined) return;
    await this.trainee.compiled.restore(this.dense);
    for (const { name, values } of tablesOf(this.trainee)) values.set(this.tables[name]!);
  }
}
