// rss-parser on every file of a folder, four times: parse_peer.js FEEDS. Prints its rate by processor time.
const fs = require("fs");
const path = require("path");
const Parser = require("rss-parser");

const TIMES = 4;

async function pass(bodies) {
  let empty = 0;
  for (const body of bodies) {
    try {
      const feed = await new Parser().parseString(body.toString("utf8"));
      empty += feed.items.length === 0 ? 1 : 0;
    } catch {
      empty += 1;
    }
  }
  return empty;
}

async function main(folder) {
  const bodies = fs.readdirSync(folder).sort().map((name) => fs.readFileSync(path.join(folder, name)));
  const empty = await pass(bodies);
  const begun = process.cpuUsage();
  for (let n = 0; n < TIMES; n += 1) await pass(bodies);
  const spent = process.cpuUsage(begun);
  const rate = (TIMES * bodies.length * 1e6) / (spent.user + spent.system);
  const show = (name, value, unit) => console.log(JSON.stringify({ figure: `parse.rss_parser.${name}`, value, unit }));
  show("by_processor", Math.round(rate * 1000) / 1000, "feeds/s");
  show("without_items", empty, "feeds");
}

main(process.argv[2]);
