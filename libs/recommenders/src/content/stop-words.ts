/** English words that say nothing of what a text is about; what is frequent in other languages goes by its share of the items. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about after again against all also am an and any are aren't as at be because been before being between both but by can can't
  cannot could couldn't did didn't do does doesn't doing don't down during each few for from further had hadn't has hasn't have
  haven't having he he'd he'll her here hers herself him himself his how i i'd i'll i'm i've if in into is isn't it its itself just
  me more most mustn't my myself no nor not now of off on once only or other our ours ourselves out over own same shan't she she'd
  she'll should shouldn't so some such than that the their theirs them themselves then there these they they'd they'll they're
  they've this those through to too under until up very was wasn't we we'd we'll we're we've were weren't what when where which
  while who whom why will with won't would wouldn't you you'd you'll you're you've your yours yourself yourselves`.split(
    /\s+/,
  ),
);
