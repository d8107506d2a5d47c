#!/usr/bin/env python3
"""Scores found attributions against texts marked by hand.

    attributions.py DOCS.jsonl GOLD.jsonl FOUND.jsonl [--worst N] [--how KIND,…]

DOCS: {"id","text"}. GOLD: {"doc","source":[{"offsets":[[a,b]]}],"cue":…,"content":…}. FOUND: what `cargo run --release
--example attributions < DOCS.jsonl` prints. An attribution is found when its source and its content both overlap the
gold at half or more (intersection over union, in characters without white space). Prints precision and recall for
all, for media and agencies as sources, and the speakers of quotations; then what is missed, by the form of the cue.
"""
import argparse
import collections
import json
import re

MEDIA = re.compile(
    r"\b(CNN|Fox News|Fox|MSNBC|NBC( News)?|CBS( News)?|ABC( News)?|Reuters|A\.?P\.?|Associated Press|AFP|Bloomberg|"
    r"(New York |Washington |Los Angeles |Financial |Irish )?Times|(Washington |New York |Huffington )?Post|Politico|BuzzFeed|"
    r"Breitbart( News)?|USA Today|Wall Street Journal|Journal|Guardian|BBC|NPR|PBS|Newsweek|Time magazine|Daily \w+|Globe|Tribune|"
    r"Herald|Telegraph|Gazette|Chronicle|Vox|Slate|Salon|Axios|The Hill|National Review|Weekly Standard|The Atlantic|Mirror|Sun|TMZ|"
    r"Mediaite|Yahoo( News)?|Vice|Mother Jones|WikiLeaks)\b")


def spans(parts):
    return [tuple(o) for part in parts for o in part["offsets"]]


def cells(spans, text):
    return {i for a, b in spans for i in range(a, min(b, len(text))) if not text[i].isspace()}


def iou(a, b):
    return len(a & b) / len(a | b) if a and b else 0.0


def words(spans, text):
    return " … ".join(text[a:b] for a, b in spans)


def ratio(n, m):
    return n / m if m else 0.0


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("docs"), ap.add_argument("gold"), ap.add_argument("found")
    ap.add_argument("--worst", type=int, default=0)
    ap.add_argument("--how", default="")
    a = ap.parse_args()
    docs = {}
    for line in open(a.docs, encoding="utf-8"):
        d = json.loads(line)
        docs[d["id"]] = d["text"]
    gold, found = collections.defaultdict(list), collections.defaultdict(list)
    for line in open(a.gold, encoding="utf-8"):
        g = json.loads(line)
        gold[g["doc"]].append((spans(g["source"]), spans(g["cue"]), spans(g["content"])))
    only = set(filter(None, a.how.split(",")))
    for line in open(a.found, encoding="utf-8"):
        f = json.loads(line)
        if only and f["how"] not in only:
            continue
        if f["source"] and f["content"]:
            found[f["doc"]].append(([tuple(f["source"])], [tuple(f["cue"])], [tuple(c) for c in f["content"]], f["how"]))
    total = collections.Counter()
    missed, extra, hows = collections.Counter(), [], collections.Counter()
    shown, why = [], collections.Counter()
    for doc, text in docs.items():
        gs = [tuple(cells(x, text) for x in g) for g in gold[doc]]
        fs = [tuple(cells(x, text) for x in f[:3]) for f in found[doc]]
        pairs = []
        for i, g in enumerate(gs):
            for j, f in enumerate(fs):
                s, c = iou(g[0], f[0]), iou(g[2], f[2])
                if s >= 0.5 and c >= 0.5:
                    pairs.append((s + c, i, j))
        done_g, done_f = {}, set()
        for _, i, j in sorted(pairs, reverse=True):
            if i not in done_g and j not in done_f:
                done_g[i] = j
                done_f.add(j)
        total["gold"] += len(gs)
        total["found"] += len(fs)
        total["right"] += len(done_g)
        for i, g in enumerate(gold[doc]):
            source, cue = words(g[0], text), words(g[1], text)
            medium = bool(MEDIA.search(source)) and len(source) < 60
            total["media gold"] += medium
            total["media got"] += medium and i in done_g
            content = words(g[2], text)
            if re.match(r"\s*[“\"].{8,}[”\"]?", content) and content.rstrip(" .,")[-1:] in "”\"’":
                total["quotes"] += 1
                near = [j for j, f in enumerate(fs) if iou(f[2], gs[i][2]) >= 0.5]
                if near:
                    total["quotes found"] += 1
                    total["quotes right"] += any(iou(fs[j][0], gs[i][0]) >= 0.5 for j in near)
            if i not in done_g:
                form = "no source" if not source else cue.lower() if len(cue.split()) < 3 else "(phrase)"
                missed[form] += 1
                best = max(fs, key=lambda f: iou(f[2], gs[i][2]), default=None)
                kind = "no source in the gold" if not source else "nothing found"
                if best and source:
                    if iou(best[2], gs[i][2]) >= 0.5:
                        kind = "other source"
                    elif any(iou(f[1], gs[i][1]) > 0 for f in fs):
                        kind = "other content"
                why[kind] += 1
                shown.append((kind, doc, source, cue, content))
        for j, f in enumerate(found[doc]):
            source = words(f[0], text)
            medium = bool(MEDIA.search(source)) and len(source) < 60
            total["media found"] += medium
            total["media right"] += medium and j in done_f
            hows[f[3], j in done_f] += 1
            if j not in done_f:
                extra.append((f[3], doc, source, words(f[1], text), words(f[2], text)))
    p, r = ratio(total["right"], total["found"]), ratio(total["right"], total["gold"])
    print(f"{'':<24}{'precision':>10}{'recall':>9}{'found':>8}{'gold':>8}")
    print(f"{'attributions':<24}{p:>10.3f}{r:>9.3f}{total['found']:>8}{total['gold']:>8}")
    p, r = ratio(total["media right"], total["media found"]), ratio(total["media got"], total["media gold"])
    print(f"{'media as source':<24}{p:>10.3f}{r:>9.3f}{total['media found']:>8}{total['media gold']:>8}")
    print(f"{'speakers of quotations':<24}{ratio(total['quotes right'], total['quotes found']):>10.3f}"
          f"{ratio(total['quotes right'], total['quotes']):>9.3f}{total['quotes found']:>8}{total['quotes']:>8}")
    print("by cue:", ", ".join(f"{how} {ratio(hows[how, True], hows[how, True] + hows[how, False]):.2f} of {hows[how, True] + hows[how, False]}"
                               for how in sorted({h for h, _ in hows})))
    print("missed, why:", ", ".join(f"{k} {n}" for k, n in why.most_common()))
    print("missed, cue:", ", ".join(f"{k} {n}" for k, n in missed.most_common(25)))
    step = max(1, len(shown) // a.worst) if a.worst else 1
    for kind, doc, source, cue, content in shown[::step][:a.worst]:
        print(f"- MISSED {kind} [{source}] <{cue}> {content[:140]!r}")
    step = max(1, len(extra) // a.worst) if a.worst else 1
    for how, doc, source, cue, content in extra[::step][:a.worst]:
        print(f"+ EXTRA {how} [{source}] <{cue}> {content[:140]!r}")


main()
