import { type Detected, judged, together, UNKNOWN } from '../domain/detection/detected';
import type { FeatureSkew } from '../domain/detection/judge-skew';
import { ENGAGEMENT_MODEL } from '../domain/metrics/measure-predictions';
import type { Detector } from './detect-in-series';
import type { ModelSkew, makeMeasureSkew } from './measure-skew';

/** What is compared is an hour at least: it is the same a minute later. */
const JUDGE_EVERY_MS = 15 * 60_000;

/** The detector of features that the model of features is asked with and did not learn from. What was found holds until it is looked at again. */
export function makeSkewDetector(measureSkew: ReturnType<typeof makeMeasureSkew>): Detector {
  let latest: { readonly at: Date; readonly detected: Detected } | undefined;
  return {
    name: 'training_serving_skew',
    detect: async (now, options) => {
      if (latest === undefined || now.getTime() - latest.at.getTime() >= JUDGE_EVERY_MS) {
        const skew = await measureSkew(ENGAGEMENT_MODEL, now, options);
        latest = { at: now, detected: skew === undefined ? UNKNOWN : detectedOf(skew) };
      }
      return latest.detected;
    },
  };
}

function detectedOf(skew: ModelSkew): Detected {
  const known = skew.features.filter(({ judgement }) => judgement.verdict !== 'insufficient_data');
  return together(known.map((feature) => detectedOfFeature(feature, skew)));
}

function detectedOfFeature({ name, judgement, swappedWith }: FeatureSkew, { version, from }: ModelSkew): Detected {
  const subject = `model:${ENGAGEMENT_MODEL}`;
  const key = { kind: 'training_serving_skew', subject, measure: name, segment: '' } as const;
  if (judgement.verdict !== 'skew') return judged(key, undefined);
  return judged(key, {
    ...{ version, severity: 'ticket', since: from },
    ...{ value: judgement.value, bound: judgement.bound },
    summary: `${name}: ${judgement.reason}`,
    ...(swappedWith === undefined ? {} : { likelyCause: `${name} and ${swappedWith} have each other's values` }),
  });
}
