import type { FieldViolation } from '@attune/errors';

/** Which interactions label, how strongly, and from which strength on an example is positive. */
export interface LabelRule {
  /** By interaction type; what a rating counts is its strength times the scale of its value. */
  readonly strengths: Readonly<Record<string, number>>;
  /** 0 for any strength above 0. */
  readonly positiveThreshold: number;
}

/** What the rules need of the words of the fleet. */
export interface LabelVocabulary {
  isKnown(type: string): boolean;
  strengthOf(type: string, value?: number): number;
}

/** The types of the engagement label. A view says too little, and an impression nothing. */
const ENGAGEMENTS = [
  ...['click', 'like', 'comment', 'share', 'save', 'follow_author', 'rating'],
  ...['dislike', 'hide', 'report'],
] as const;

/** The rule that holds where a question has none: engagements as strong as the fleet says, every positive one a positive. */
export function engagementLabel(vocabulary: LabelVocabulary): LabelRule {
  return {
    strengths: Object.fromEntries(ENGAGEMENTS.map((type) => [type, vocabulary.strengthOf(type)])),
    positiveThreshold: 0,
  };
}

/** Whether an example of that strength is a positive. */
export function isPositive({ positiveThreshold }: LabelRule, strength: number): boolean {
  return strength > 0 && strength >= positiveThreshold;
}

/** What is wrong with a rule. */
export function labelRuleViolations(rule: LabelRule, vocabulary: LabelVocabulary): readonly FieldViolation[] {
  const violations = Object.entries(rule.strengths).flatMap(([type, strength]) => {
    const field = `label_rule.strengths[${type}]`;
    if (!vocabulary.isKnown(type)) return [{ field, description: 'is not a type of interaction' }];
    return Number.isFinite(strength) ? [] : [{ field, description: 'must be a finite number' }];
  });
  const isThreshold = Number.isFinite(rule.positiveThreshold) && rule.positiveThreshold >= 0;
  if (!isThreshold)
    violations.push({ field: 'label_rule.positive_threshold', description: 'must be 0 or a positive number' });
  const speaks = Object.values(rule.strengths).some((strength) => isPositive(rule, strength));
  if (isThreshold && violations.length === 0 && !speaks) {
    const description = 'must name a type whose strength reaches the threshold, or nothing could be positive';
    violations.push({ field: 'label_rule.strengths', description });
  }
  return violations;
}
