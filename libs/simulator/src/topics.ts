/** What people post about, with the words that posts of the topic are made of. */
export interface Topic {
  readonly name: string;
  /** How common the topic is among people, relative to the others. */
  readonly share: number;
  readonly things: readonly string[];
  readonly doings: readonly string[];
  readonly places: readonly string[];
  readonly tags: readonly string[];
}

const words = (list: string) => list.split('|');

/** A topic from its words, each list separated by bars. */
function topic(name: string, share: number, things: string, doings: string, places: string, tags: string): Topic {
  return { name, share, things: words(things), doings: words(doings), places: words(places), tags: words(tags) };
}

/** The topics of the simulated feed. Appending one changes every simulation. */
export const TOPICS: readonly Topic[] = [
  topic(
    'cooking',
    10,
    'sourdough loaf|tomato stew|ramen broth|lemon tart|chili oil|mushroom risotto|flatbread|pickled radish|bean curry|caramel custard',
    'baked|simmered|roasted|folded|tasted|plated',
    "a tiny kitchen|the farmers market|my grandmother's stove|a street stall|the camping fire",
    'cooking|homemade|recipe|foodie|baking|spices|dinner',
  ),
  topic(
    'football',
    10,
    'late equalizer|penalty save|counterattack|offside trap|derby match|free kick|youth squad|title race|red card|corner routine',
    'watched|replayed|argued about|celebrated|analysed|coached',
    'the stadium|a packed pub|the training ground|the away end|a muddy pitch',
    'football|matchday|goals|league|derby|tactics|supporters',
  ),
  topic(
    'gardening',
    6,
    'tomato seedlings|rose hedge|compost heap|raised bed|lavender border|apple graft|rain barrel|winter kale|bee hotel|climbing beans',
    'planted|pruned|watered|mulched|harvested|repotted',
    'the allotment|a shady balcony|the greenhouse|the back garden|a windowsill',
    'gardening|growyourown|plants|compost|flowers|allotment|pollinators',
  ),
  topic(
    'photography',
    7,
    'long exposure|street portrait|film roll|golden hour|foggy skyline|macro shot|contact sheet|prime lens|double exposure|night market scene',
    'shot|developed|framed|edited|printed|captured',
    'the old harbour|a rooftop|the darkroom|an empty station|the fish market',
    'photography|streetphoto|filmisnotdead|portrait|lens|blackandwhite|light',
  ),
  topic(
    'cycling',
    6,
    'gravel climb|chain swap|century ride|headwind sprint|bike lane|tubeless tyre|mountain pass|commuter bike|cassette|morning group ride',
    'rode|repaired|climbed|upgraded|raced|mapped',
    'the canal path|a mountain pass|the velodrome|the coast road|my garage',
    'cycling|gravel|bikelife|climbing|commute|peloton|roadbike',
  ),
  topic(
    'astronomy',
    5,
    'lunar eclipse|ringed planet|meteor shower|star cluster|nebula|comet tail|solar flare|telescope mirror|dark sky|transit',
    'observed|tracked|sketched|photographed|measured|explained',
    'the observatory|a frozen field|the desert|the school roof|a mountain hut',
    'astronomy|stargazing|telescope|nightsky|moon|space|comet',
  ),
  topic(
    'music',
    9,
    'bass line|vinyl pressing|drum fill|string quartet|synth patch|open mic set|old cassette|brass section|vocal take|encore',
    'recorded|played|mixed|rehearsed|sampled|hummed',
    'a basement studio|the jazz cellar|the town square|the night train|a festival tent',
    'music|vinyl|livemusic|synth|songwriting|jazz|playlist',
  ),
  topic(
    'gaming',
    9,
    'final boss|speedrun|pixel art shooter|co-op campaign|skill tree|hidden level|strategy map|retro console|card deck|patch update',
    'finished|streamed|modded|lost|unlocked|replayed',
    'the living room|a local tournament|the arcade|a late night call|the couch',
    'gaming|indiegames|speedrun|retro|coop|strategy|pixelart',
  ),
  topic(
    'travel',
    8,
    'night ferry|mountain village|train pass|border crossing|hidden beach|spice bazaar|hostel kitchen|ruined fort|lake cabin|city walk',
    'crossed|explored|missed|booked|wandered through|reached',
    'the northern islands|a border town|the old quarter|the high plateau|a river delta',
    'travel|backpacking|slowtravel|trains|islands|wanderlust|citybreak',
  ),
  topic(
    'programming',
    8,
    'flaky test|type error|build cache|race condition|query plan|small compiler|memory leak|code review|terminal theme|migration script',
    'debugged|rewrote|shipped|deleted|profiled|documented',
    'a quiet office|the release branch|a long train ride|the pair desk|production',
    'programming|debugging|opensource|typescript|databases|testing|devlife',
  ),
  topic(
    'fitness',
    7,
    'deadlift plan|interval run|mobility drill|cold swim|pull-up goal|rest day|kettlebell set|marathon block|yoga flow|step count',
    'finished|started|logged|skipped|enjoyed|survived',
    'the local gym|the river track|my living room|the lido|the park',
    'fitness|running|strength|training|mobility|swim|marathon',
  ),
  topic(
    'pets',
    8,
    'rescue dog|sleepy cat|chatty parrot|puppy class|new aquarium|cardboard castle|rabbit hutch|vet visit|squeaky toy|tangled leash',
    'adopted|walked|groomed|fed|trained|chased',
    'the dog park|the sofa|the shelter|the kitchen floor|the beach',
    'pets|dogs|cats|rescue|puppy|aquarium|goodboy',
  ),
  topic(
    'books',
    6,
    'crime novel|short story|poetry shelf|translated saga|library card|reading list|first edition|memoir|footnote|plot twist',
    'read|annotated|reread|borrowed|finished|recommended',
    'the corner bookshop|the reading room|a long flight|the bath|my commute',
    'books|reading|bookclub|fiction|poetry|library|novel',
  ),
  topic(
    'film',
    6,
    "silent classic|heist thriller|opening shot|documentary|festival premiere|soundtrack|director's cut|matinee|closing scene|cult comedy",
    'watched|reviewed|quoted|rewatched|screened|storyboarded',
    'the old cinema|a film festival|the drive-in|the projection booth|the sofa',
    'film|cinema|movies|documentary|director|festival|screening',
  ),
  topic(
    'climate',
    4,
    'heat pump|peat bog|wind farm|flood map|coral survey|night bus|solar roof|tree census|carbon budget|river cleanup',
    'measured|restored|discussed|mapped|installed|counted',
    'the town hall|a salt marsh|the coast|the field station|our street',
    'climate|energy|nature|solar|rewilding|science|rivers',
  ),
  topic(
    'crafts',
    5,
    'walnut stool|knitted sweater|clay bowl|bookshelf|lino print|leather wallet|quilt|dovetail joint|candle batch|repaired chair',
    'carved|stitched|glazed|sanded|mended|wove',
    'the workshop|the shed|a community studio|the kitchen table|the craft fair',
    'crafts|handmade|woodworking|knitting|ceramics|diy|repair',
  ),
];

/** How many topics there are: the length of every interest vector. */
export const TOPIC_COUNT = TOPICS.length;
