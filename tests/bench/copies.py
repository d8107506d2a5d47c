#!/usr/bin/env python3
"""Writes labelled copies of texts, edited as newsrooms and feeds edit: copies.py TEXTS.jsonl... --out DIR

TEXTS are lines {"id","title","text",…} as `copytaster replay` takes them; those that share much with an earlier one are left
out, or the labels would be wrong. DIR gets `copies.jsonl`, lines for `copytaster eval --level dispatch` with a "kind" each,
and the files of siblings.py. The same texts and the same seed give the same bytes.

A label is one text as filed with all that was made of it: what is reworded keeps at least half of its words in order. A text
of its own that takes less than a half of another's words and has more words of its own (derived, excerpt), one that quotes the
same speech, and a round-up have labels of their own.
Sizes follow a Pareto law; copies come hours after their text, some before it.
"""

import argparse
import collections
import datetime
import json
import math
import pathlib
import random
import re
import zlib

import copies_edits as edits
import copies_words as words
import siblings

DAY = 86_400
BEGIN = datetime.datetime(2024, 3, 4, tzinfo=datetime.timezone.utc)
SPAN = 4.5 * DAY
SIZE_MAX = 40
PARETO = 1.1
# Texts that share so much were not written apart.
SHARED_MIN, SHARED_SHARE = 6, 0.15

# What is made of a text, by weight.
KINDS = {
    "exact": 12,
    "truncation": 12,
    "summary": 8,
    "summary_ellipsis": 9,
    "reworded": 11,
    "rewritten": 8,
    "reshuffled": 9,
    "write_through": 8,
    "bridge": 3,
    "correction": 5,
    "headline": 7,
    "boilerplate": 8,
}
# Texts of their own that take something of others, as shares of all articles.
OTHERS = {"derived": 0.03, "excerpt": 0.03, "round_up": 0.02}
# How often the headline changes with it; a later version of a text keeps its own.
HEADLINE_CHANGES = {"headline": 1, "rewritten": 0.5, "write_through": 0.1, "bridge": 0.1, "correction": 0.1}
WHOLE = {"exact", "reworded", "reshuffled", "headline", "boilerplate", "correction"}

TOO_FEW = "copies.py: too few texts for so many articles; give more texts, or fewer --articles"

Outlet = collections.namedtuple("Outlet", "name domain footers head rate")
Text = collections.namedtuple("Text", "title parts")


class Dispatch:
    """One text as filed, with its versions so far and who filed it."""

    def __init__(self, label, text, size, outlet, rng):
        self.label, self.title, self.size, self.outlet = label, text.title, size, outlet
        self.versions, self.passed_on = [text.parts], []
        # After two write-throughs little of the first text is left.
        self.later = 2
        self.at = rng.uniform(0, SPAN)
        self.agency = rng.choice(words.AGENCIES) if rng.random() < 0.45 else None
        self.city = rng.choice(words.CITIES)
        self.who = rng.sample(words.REPORTERS, 2)
        if self.agency and rng.random() < 0.5:
            self.outlet = Outlet(self.agency[0], self.agency[1].lower() + ".example", [], "", 0)


class Maker:
    def __init__(self, texts, seed, wanted):
        self.rng = random.Random(seed)
        self.wanted, self.articles, self.dispatches = wanted, [], []
        self.rng.shuffle(texts)
        self.plan = {kind: round(wanted * share) for kind, share in OTHERS.items()}
        own, spare = self.plan["derived"] + self.plan["excerpt"], len(texts) // 4
        self.own, self.ledes, self.texts, self.speeches = texts[:own], [], texts[spare:], []
        for text in texts[own:spare]:
            plain = [part.strip() for part in text.parts if not re.search("[“”\"]", part)]
            if edits.words_of(plain[:4]) >= 35 and len(self.speeches) < 80:
                self.speeches.append(plain[:4])
            else:
                self.ledes += [part for part in plain if 10 <= len(part.split()) <= 45]
        self.outlets = [self.outlet(name) for name in words.OUTLET_NAMES]

    def outlet(self, name):
        # A chain's papers carry the same footers.
        chain = random.Random(zlib.crc32(name.split()[0].encode()))
        footers, head = chain.sample(words.FOOTERS, 3), chain.choice(words.HEADS + ["", ""])
        return Outlet(name, name.lower().replace(" ", "") + ".example", footers, head, self.rng.uniform(0.1, 0.7))

    def run(self):
        self.originals(self.wanted - sum(self.plan.values()))
        for kind, count in self.plan.items():
            for _ in range(count):
                getattr(self, kind)()
        self.articles.sort(key=lambda article: (article["at"], article["cluster"], article["kind"]))
        return self.articles

    def originals(self, wanted):
        made = 0
        hosts = []
        while made < wanted:
            if not self.texts:
                raise SystemExit(TOO_FEW)
            text = self.texts.pop()
            low = 2 if edits.words_of(text.parts) > 110 else 1
            size = min(SIZE_MAX, wanted - made, int(low * self.rng.random() ** (-1 / PARETO)))
            dispatch = Dispatch(f"d{len(self.dispatches):05}", text, size, self.rng.choice(self.outlets), self.rng)
            self.dispatches.append(dispatch)
            made += size
            if self.rng.random() < 0.07:
                hosts.append(dispatch)
        self.rng.shuffle(hosts)
        while hosts:
            speech = self.speeches.pop() if self.speeches else None
            who = self.rng.choice(words.REPORTERS)
            for host in [hosts.pop() for _ in range(min(len(hosts), self.rng.randint(3, 12)))]:
                if speech:
                    self.quote(host, speech, who)
        for dispatch in self.dispatches:
            self.family(dispatch)

    def quote(self, host, speech, who):
        """Puts most of a speech into a text, between quotation marks."""
        parts = list(host.versions[0])
        first = self.rng.randrange(0, max(1, len(speech) - 1))
        said = " ".join(speech[first:])
        bridge = self.rng.choice(words.SPEECH_BRIDGES).format(who=who)
        quoted = f"{edits.BREAK}{bridge} “{said}”"
        at = self.rng.randint(1, max(1, len(parts) - 1))
        host.versions[0] = parts[:at] + [quoted] + parts[at:]
        host.is_host = True

    def family(self, dispatch):
        rng = self.rng
        kind = "shared_quote" if hasattr(dispatch, "is_host") else "original"
        delays = sorted(min(60 * 3600, rng.lognormvariate(math.log(2.5 * 3600), 1.2)) for _ in range(dispatch.size - 1))
        times = [dispatch.at] + [dispatch.at + delay for delay in delays]
        if len(times) > 1 and rng.random() < 0.05:
            # The text itself reaches us after some of its copies.
            times[0] = rng.choice(times[1:]) + 60
        others = rng.sample(self.outlets, min(len(self.outlets), dispatch.size))
        parts = self.dressed(dispatch, dispatch.versions[0], dispatch.outlet, 0.9)
        self.add(dispatch.label, kind, dispatch.title, parts, dispatch.outlet, times[0])
        for at, outlet in zip(times[1:], others):
            self.copy(dispatch, outlet, at)

    def copy(self, dispatch, outlet, at):
        rng = self.rng
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        base, title = dispatch.versions[-1], dispatch.title
        if len(dispatch.versions) > 1 and rng.random() < 0.3:
            base = rng.choice(dispatch.versions)
        if dispatch.passed_on and rng.random() < 0.15:
            base = rng.choice(dispatch.passed_on)
        if kind.startswith("summary") and edits.words_of(base) < 30:
            kind = "exact"
        if kind in ("write_through", "bridge") and not (dispatch.later and self.ledes):
            kind = "headline"
        parts, marks = list(base), 0.45
        if kind == "truncation":
            parts, marks = edits.truncated(base, rng), 0.3
        elif kind.startswith("summary"):
            lede = self.dateline(dispatch, base) if rng.random() < 0.5 else base
            parts, marks = edits.summary(lede, rng, kind == "summary_ellipsis"), 0
        elif kind == "reworded":
            parts = edits.kept_in_part(base, lambda: edits.reworded(base, rng, rng.uniform(0.1, 0.3)))
        elif kind == "rewritten":
            parts = edits.kept_in_part(base, lambda: edits.rewritten(base, rng))
        elif kind == "reshuffled":
            parts = edits.reshuffled(base, rng)
        elif kind in ("write_through", "bridge"):
            outlet, title, parts = self.write_through(dispatch, base, at if kind == "bridge" else None)
        elif kind == "correction":
            parts = edits.corrected(base, rng) or edits.respelled(base, rng, 0.5)
            title = rng.choice(words.CORRECTION_LABELS) + title
            outlet = dispatch.outlet if rng.random() < 0.5 else outlet
            dispatch.versions.append(parts)
        elif kind == "boilerplate":
            marks = 2
        if rng.random() < HEADLINE_CHANGES.get(kind, 0.25):
            title = edits.headline(title, parts, rng)
        if kind in WHOLE and rng.random() < 0.5:
            dispatch.passed_on.append(parts)
        if kind != "exact" and rng.random() < 0.25:
            parts = edits.typographic(parts, rng)
        self.add(dispatch.label, kind, title, self.dressed(dispatch, parts, outlet, marks), outlet, at)

    def write_through(self, dispatch, base, bridge_at):
        """A later version by the same newsroom: a new lede, most of the rest kept; for a bridge sentences of an earlier text."""
        rng = self.rng
        dispatch.later -= 1
        whole = edits.words_of(base)
        rest = base[1:] if rng.random() < 0.6 else base
        rest = edits.dropped(rest, rng, rng.uniform(0, 0.25))
        if edits.words_of(rest) < 0.55 * whole:
            rest = base
        # More of the earlier text than of anything else, or it would be another dispatch.
        ledes = [self.ledes.pop()]
        while edits.words_of(ledes) > 0.8 * edits.words_of(rest) and self.ledes:
            ledes = [self.ledes.pop()]
        while self.ledes and rng.random() < 0.4 and edits.words_of(ledes + self.ledes[-1:]) * 3 < edits.words_of(rest):
            ledes.append(self.ledes.pop())
        parts = ledes + rest
        if bridge_at is not None:
            earlier = [other for other in rng.sample(self.dispatches, 60) if other is not dispatch and other.at < bridge_at]
            for other in earlier:
                limit = min(0.4 * edits.words_of(other.versions[0]), 0.3 * edits.words_of(parts))
                run = self.taken(other, limit, rng.random() < 0.3)
                if run:
                    parts += run
                    break
        dispatch.versions.append(parts)
        label = rng.choice(words.UPDATE_LABELS).format(n=len(dispatch.versions) - 1)
        return dispatch.outlet, label + dispatch.title, parts

    # What is put round a text.

    def dateline(self, dispatch, parts):
        if not dispatch.agency:
            return parts
        day = BEGIN + datetime.timedelta(seconds=dispatch.at)
        shape = self.rng.choice(words.DATELINES)
        line = shape.format(city=dispatch.city, month=f"{day:%B}", day=day.day, agency=dispatch.agency[1])
        return [line + parts[0].strip(), *parts[1:]]

    def dressed(self, dispatch, parts, outlet, marks):
        """With dateline, credit, head and footers, each with a chance that `marks` scales."""
        rng = self.rng
        parts = list(parts)
        if dispatch.agency and rng.random() < 0.6 * marks:
            parts = self.dateline(dispatch, parts)
        if rng.random() < (0.7 if dispatch.agency else 0.15) * marks:
            name, short = dispatch.agency or (outlet.name, outlet.name)
            tail = rng.choice(words.CREDIT_TAILS).format(
                who=dispatch.who[0],
                other=dispatch.who[1],
                City=dispatch.city.title(),
                agency=short,
                Agency=name,
                year=BEGIN.year,
            )
            parts.append(edits.BREAK + tail)
        if outlet.head and rng.random() < 0.3 * marks:
            parts = [outlet.head, edits.BREAK + parts[0].strip(), *parts[1:]]
        if outlet.footers and rng.random() < outlet.rate * (2 * marks if marks else 0.3):
            count = 1 if marks < 1 else rng.randint(1, 3)
            parts += [edits.BREAK + footer for footer in rng.sample(outlet.footers, count)]
        return parts

    # Texts of their own.

    def taken(self, dispatch, words_max, lede):
        """Sentences in a row, words_max at most; none if the first one there is longer."""
        parts = dispatch.versions[0]
        first = 0 if lede else self.rng.randrange(len(parts))
        run = []
        for part in parts[first:]:
            if edits.words_of(run) + len(part.split()) > words_max:
                break
            run.append(part.strip())
        return run if edits.words_of(run) >= 12 else []

    def source_of(self):
        """A dispatch, more likely one that many run."""
        return max(self.rng.sample(self.dispatches, 3), key=lambda dispatch: dispatch.size)

    def built_on(self, share, low):
        """A text of its own and a passage of a dispatch for it: less than a half of either."""
        rng = self.rng
        text = self.own.pop()
        own = edits.words_of(text.parts)
        for attempt in range(1000):
            dispatch = self.source_of()
            limit = min(share * edits.words_of(dispatch.versions[0]), own * share / (1 - share))
            run = self.taken(dispatch, min(90, limit), rng.random() < 0.2)
            # Few texts spare a passage for a long one.
            if run and (edits.words_of(run) >= low * own or attempt > 50):
                return dispatch, text, run
        raise SystemExit("copies.py: no passage fits a text of its own")

    def derived(self):
        rng = self.rng
        dispatch, text, run = self.built_on(0.42, 0.15)
        at = rng.randint(0, len(text.parts))
        parts = list(text.parts[:at]) + edits.respelled(run, rng, 0.3) + list(text.parts[at:])
        self.own_article(dispatch, "derived", text.title, parts)

    def excerpt(self):
        rng = self.rng
        dispatch, text, run = self.built_on(0.4, 0.1)
        bridge = rng.choice(words.EXCERPT_BRIDGES).format(outlet=dispatch.outlet.name)
        at = rng.randint(1, len(text.parts))
        passage = [edits.BREAK + bridge + run[0], *run[1:]]
        parts = list(text.parts[:at]) + passage + list(text.parts[at:])
        self.own_article(dispatch, "excerpt", text.title, parts)

    def round_up(self):
        """The ledes of 2-4 dispatches under one headline, none of them much more than a half of it."""
        rng = self.rng
        for _ in range(100):
            chosen, parts, shares = self.strung_together()
            if max(shares) <= 0.55 * sum(shares):
                break
        title = rng.choice(["Morning briefing", "The day in brief", "News at a glance", "Evening briefing"])
        last = max(chosen, key=lambda dispatch: dispatch.at)
        title += rng.choice(["", f": {chosen[0].title}", f", {BEGIN + datetime.timedelta(seconds=last.at):%A}"])
        self.own_article(last, "round_up", title, parts)

    def strung_together(self):
        rng = self.rng
        near = self.source_of()
        live = [other for other in rng.sample(self.dispatches, 40) if abs(other.at - near.at) < DAY and other is not near]
        chosen = [near] + live[: rng.randint(1, 3)]
        opening = rng.choice(words.ROUND_UP_OPENINGS)
        parts = [opening] if opening else []
        limit, shares = rng.randint(35, 70), []
        for dispatch in chosen:
            run = self.taken(dispatch, limit, True) or [" ".join(dispatch.versions[0][0].split()[:limit]).strip(",;") + "."]
            parts.append(edits.BREAK + rng.choice(words.ROUND_UP_BRIDGES) + run[0].strip())
            parts += run[1:]
            shares.append(edits.words_of(run))
        return chosen, parts, shares

    def own_article(self, dispatch, kind, title, parts):
        outlet = self.rng.choice(self.outlets)
        if self.rng.random() < outlet.rate:
            parts = parts + [edits.BREAK + self.rng.choice(outlet.footers)]
        at = dispatch.at + min(2 * DAY, self.rng.lognormvariate(math.log(4 * 3600), 1))
        self.add(f"{kind}{len(self.articles):05}", kind, title, parts, outlet, at)

    def add(self, cluster, kind, title, parts, outlet, at):
        self.articles.append(
            dict(cluster=cluster, kind=kind, title=title, text=edits.joined(parts), outlet=outlet, at=int(at))
        )


def shingles(text):
    found = re.findall(r"\w+", text.lower())
    return {zlib.crc32(" ".join(found[at : at + 3]).encode()) for at in range(len(found) - 2)}


def unlike(candidates):
    """The texts that share little with those before them."""
    kept, sizes, places = [], [], collections.defaultdict(list)
    for text in candidates:
        own = shingles(edits.joined(text.parts))
        counts = collections.Counter(at for shingle in own for at in places[shingle][:60])
        if any(n >= SHARED_MIN and n >= SHARED_SHARE * min(len(own), sizes[at]) for at, n in counts.items()):
            continue
        for shingle in own:
            places[shingle].append(len(kept))
        kept.append(text)
        sizes.append(len(own))
    return kept


def texts_of(paths, rng):
    """Texts of 45 words or more, the long ones first; most of the long ones cut to what an agency files."""
    found = []
    for path in paths:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            line = json.loads(line)
            text, title = line.get("text") or "", " ".join((line.get("title") or "").split())
            if len(text.split()) >= 45 and 3 <= len(title.split()) <= 25:
                found.append(Text(title, edits.sentences(text)))
    found.sort(key=lambda text: -edits.words_of(text.parts))
    return [cut(text, rng) for text in unlike(found)]


def cut(text, rng):
    limit = rng.choice([rng.randint(100, 260), rng.randint(100, 400), rng.randint(300, 900)])
    count, parts = 0, []
    for part in text.parts:
        count += len(part.split())
        if parts and count > limit:
            break
        parts.append(part)
    return Text(text.title, parts)


def write(path, lines):
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def line_of(number, article, rng):
    moment = BEGIN + datetime.timedelta(seconds=article["at"])
    slug = "-".join(re.findall(r"[a-z0-9]+", article["title"].lower())[:6])
    return {
        "id": f"c{number:06}",
        "cluster": article["cluster"],
        "kind": article["kind"],
        "title": article["title"],
        "text": article["text"],
        # A line without a date stands where it should be taken.
        "published": None if rng.random() < 0.02 else f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "source": article["outlet"].name,
        "url": f"https://{article['outlet'].domain}/{moment:%Y/%m/%d}/{slug}-{number}",
        "lang": "en",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", metavar="TEXTS.jsonl")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--articles", type=int, default=20_000)
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    texts = texts_of(args.texts, random.Random(args.seed))
    maker = Maker(texts, args.seed, args.articles)
    rng = random.Random(args.seed + 1)
    lines = [line_of(number, article, rng) for number, article in enumerate(maker.run())]
    write(out / "copies.jsonl", lines)
    siblings.write_all(out, args.seed)
    kinds = collections.Counter(line["kind"] for line in lines)
    count = sum(len(line["text"].split()) for line in lines) / len(lines)
    told = dict(texts=len(texts), articles=len(lines), clusters=len({line["cluster"] for line in lines}), words=round(count))
    print(json.dumps({**told, "kinds": dict(sorted(kinds.items()))}))


if __name__ == "__main__":
    main()
