// Prints a line for the corpus of events: what this build writes for a message in JSON. Run after a build, from the root:
//   node libs/contracts/scripts/corpus-line.js interactions.v1 SHAPE 'what is special about it' < message.json >> \
//     libs/contracts/src/corpus/interactions.v1.jsonl
// SHAPE is the next word for a message that got a field (first, second, third, ...), else that of the last line.
const { readFileSync } = require('node:fs');
const { TOPIC_CODECS, TOPICS } = require('../dist/index.js');

const [topic, shape, about] = process.argv.slice(2);
const key = Object.keys(TOPICS).find((one) => TOPICS[one].name === topic);
if (key === undefined || shape === undefined || about === undefined) {
  const topics = Object.values(TOPICS).map(({ name }) => name);
  console.error(`Usage: corpus-line.js TOPIC SHAPE ABOUT < message.json; topics: ${topics.join(', ')}`);
  process.exit(2);
}
const codec = TOPIC_CODECS[key];
const bytes = codec.encode(codec.fromJSON(JSON.parse(readFileSync(0, 'utf8')))).finish();
const line = { shape, about, bytes: Buffer.from(bytes).toString('base64'), means: codec.toJSON(codec.decode(bytes)) };
console.log(JSON.stringify(line));
