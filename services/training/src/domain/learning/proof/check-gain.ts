import type { Evaluation as Found } from '@attune/evaluation';
import type { Measurement } from '../../evaluation';
import { METRICS_K } from '../../trainers';
import type { LearningCheck } from '../learning-cycle';
import { BOUNDS } from './bounds';
import type { PartGain } from './check-segments';
import { check, short } from './checks';

/** Intervals over fewer users than this are too narrow to be believed. */
const LEAST_USERS = 30;

/** Half of a 95 % interval becomes half of a 99 % interval (normal quantiles 1.96 and 2.58). */
const WIDER = 1.31;

/**
 * Whether the challenger is not worse than the champion on what neither has seen: not shown to be worse, with 99 % confidence, and at the
 * best guess within the tolerated loss. It is the recipe in production with newer data: that it is better need not show in every small
 * proof, that it is worse must not show in any. Where it is only because of what the champion showed, the people of a canary decide.
 */
export function checkBetter(
  { metrics, comparisons, userCount }: Measurement,
  metric: string,
  amongShown?: PartGain,
): LearningCheck {
  const [comparison] = comparisons;
  const of = (estimates: Measurement['metrics'] | undefined) => estimates?.find(({ name }) => name === metric);
  const [own, theirs, gain] = [of(metrics), of(comparison?.metrics), of(comparison?.gains)];
  if (own === undefined || theirs === undefined || gain === undefined || userCount < LEAST_USERS) {
    return check('better', false, `${userCount} users were asked, and fewer than ${LEAST_USERS} prove nothing`);
  }
  const figures = `${metric} ${short(own.value)} against ${short(theirs.value)}, gain ${short(gain.value)} (${short(gain.low)} to ${short(gain.high)}) over ${userCount} users`;
  const high = gain.value + WIDER * (gain.high - gain.value);
  const tolerated = BOUNDS.worstLoss * Math.abs(theirs.value);
  if (high >= 0 && gain.value >= -tolerated) return check('better', true, figures);
  const loss = high < 0 ? 'it is shown to be worse' : `a loss of more than ${short(tolerated)} is not tolerated`;
  if (amongShown === undefined || amongShown.users < LEAST_USERS) return check('better', false, `${figures}: ${loss}`);
  const told = `among what the champion showed: ${toldAmongShown(amongShown)}`;
  return check('better', holdsAmongShown(amongShown), `${figures}: ${loss}; ${told}`);
}

/**
 * Whether a challenger tells at least as well as the champion what people chose of what they were shown, at the best guess. An area under
 * the curve of a half is chance: the tolerated loss is one of what is above it.
 */
export function holdsAmongShown({ champion, gain }: PartGain): boolean {
  return gain >= -BOUNDS.worstLoss * Math.max(0, champion - 0.5);
}

function toldAmongShown({ champion, gain, users }: PartGain): string {
  return `auc ${short(champion + gain)} against ${short(champion)} over ${users} users`;
}

/** Whether items of every popularity are found as well as before, beyond chance. */
export function checkItemGroups(own: Found, theirs: Found): LearningCheck {
  const metric = own.main.isHigherBetter ? `recall@${METRICS_K}` : own.main.name;
  const groups = own.segments.filter(({ segment }) => segment === 'item popularity');
  const compared = groups.flatMap(({ label, metrics }) => {
    const other = theirs.segments.find((one) => one.segment === 'item popularity' && one.label === label);
    const [mine, before] = [metrics[metric], other?.metrics[metric]];
    return mine === undefined || before === undefined ? [] : [{ label, mine, before }];
  });
  if (compared.length === 0) return check('fairness', true, 'no group of items was asked about often enough');
  const isWorse = ({ mine, before }: (typeof compared)[number]) =>
    own.main.isHigherBetter ? mine.high < before.low : mine.low > before.high;
  const told = ({ label, mine, before }: (typeof compared)[number]) =>
    `${label}: ${short(mine.value)} against ${short(before.value)}`;
  const worse = compared.filter(isWorse);
  if (worse.length > 0)
    return check('fairness', false, `items are found worse, beyond chance: ${worse.map(told).join('; ')}`);
  return check('fairness', true, compared.map(told).join('; '));
}

/** Whether lists show enough of the catalogue. */
export function checkCoverage(own: Found, theirs: Found): LearningCheck {
  const name = `coverage@${METRICS_K}`;
  const [mine, before] = [own.metrics[name], theirs.metrics[name]];
  if (mine === undefined || before === undefined) return check('coverage', true, 'a model of ratings makes no lists');
  const figures = `lists show ${short(mine.value)} of the catalogue, the champion's ${short(before.value)}`;
  return check('coverage', mine.value >= BOUNDS.coverageShare * before.value, figures);
}
