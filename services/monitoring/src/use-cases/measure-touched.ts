import { setImmediate as nextTurn } from 'node:timers/promises';
import { BoundedLabels } from '../domain/metrics/bounded-labels';
import { LabelSetMaker } from '../domain/metrics/label-sets';
import { measureFeatures } from '../domain/metrics/measure-features';
import { measureModelsOfSlate, measurePrediction } from '../domain/metrics/measure-predictions';
import { measureSlate } from '../domain/metrics/measure-slate';
import { measureVariety } from '../domain/metrics/measure-variety';
import type { StepWidth } from '../domain/metrics/metric';
import { seriesOfWidth } from '../domain/metrics/metric-catalogue';
import { SeriesBuilder } from '../domain/metrics/series-builder';
import type { MeasurementStore, StepFacts, TouchedStep } from '../measure-ports';
import { stepMeasured, stepsWaiting } from '../telemetry';

/** So many at a time, the newest first: a backlog does not keep what happens now from being seen. */
const PER_ROUND = 300;
const MS_PER_SECOND = 1_000;
/** After so many facts others have their turn: health checks and questions must not wait for a minute with much in it. */
const PER_TURN = 100;

/** Makes one round of measuring: the series of steps whose facts changed are made anew of all facts of the step. */
export function makeMeasureTouched({ facts, store }: { readonly facts: StepFacts; readonly store: MeasurementStore }) {
  return async function measureTouched(
    widths: readonly StepWidth[],
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> {
    for (const width of widths) {
      const touched = await store.touched(width, PER_ROUND);
      for (const step of touched) {
        if (signal.aborted) return;
        await measureStep(step);
      }
      if (width === 60) stepsWaiting((await store.touched(width, PER_ROUND)).length);
    }
  };

  async function measureStep(touched: TouchedStep): Promise<void> {
    const bounded = new BoundedLabels(await store.labels());
    const builder = new SeriesBuilder();
    const to = new Date(touched.at.getTime() + touched.width * MS_PER_SECOND);
    await FILL[touched.width](builder, { facts, labels: new LabelSetMaker(bounded), from: touched.at, to });
    const metrics = seriesOfWidth(touched.width);
    await store.write({ touched, metrics, steps: builder.finish(), labels: bounded.seen });
    stepMeasured(touched.width);
  }
}

interface Stretch {
  readonly facts: StepFacts;
  readonly labels: LabelSetMaker;
  readonly from: Date;
  readonly to: Date;
}

/** What is measured by steps of each width. */
const FILL: Readonly<Record<StepWidth, (into: SeriesBuilder, stretch: Stretch) => Promise<void>>> = {
  60: async (into, { facts, labels, from, to }) => {
    await inTurns(await facts.slates(from, to), (slate) => {
      measureSlate(into, slate, labels);
      measureModelsOfSlate(into, slate, labels);
    });
    await inTurns(await facts.predictions(from, to), (prediction) => measurePrediction(into, prediction, labels));
  },
  300: async (into, { facts, labels, from, to }) => {
    await inTurns(await facts.features(from, to), (slate) => measureFeatures(into, slate, labels), PER_TURN / 10);
  },
  3600: async (into, { facts, labels, from, to }) => measureVariety(into, await facts.shown(from, to), labels),
};

async function inTurns<T>(all: readonly T[], measure: (one: T) => void, perTurn = PER_TURN): Promise<void> {
  for (const [at, one] of all.entries()) {
    measure(one);
    if (at % perTurn === perTurn - 1) await nextTurn();
  }
}
