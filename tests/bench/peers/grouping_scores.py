"""How well a grouping fits labels: B-cubed, ARI, pairs, and what became of each kind of edit. Used by grouping_peer.py.

Run alone it scores a replay: grouping_scores.py GOLD.jsonl OUT_DIR dispatch|story [--pairs PAIRS.jsonl] [--seconds N]. The last
record of an article decides, merged stories are followed. Lines whose label is null are not scored.
"""

import argparse
import collections
import glob
import json
import os


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def pairs_in(counts):
    return sum(n * (n - 1) // 2 for n in counts)


def ratio(part, whole):
    return part / whole if whole else 1.0


def mean(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def scores(lines, groups):
    """`groups` gives each line's group by its id."""
    labelled = [(line["cluster"], groups[str(line["id"])], line.get("kind")) for line in lines if line["cluster"] is not None]
    gold = collections.Counter(label for label, _, _ in labelled)
    found = collections.Counter(group for _, group, _ in labelled)
    both = collections.Counter((label, group) for label, group, _ in labelled)
    precision = ratio(sum(both[a, b] / found[b] for a, b, _ in labelled), len(labelled))
    recall = ratio(sum(both[a, b] / gold[a] for a, b, _ in labelled), len(labelled))
    right, told, wanted = pairs_in(both.values()), pairs_in(found.values()), pairs_in(gold.values())
    chance = told * wanted / max(1, pairs_in([len(labelled)]))
    ari = (right - chance) / ((told + wanted) / 2 - chance) if told + wanted else 1.0
    of_pairs = ratio(right, told), ratio(right, wanted)
    return {
        "b3": [round(value, 4) for value in (precision, recall, mean(precision, recall))],
        "ari": round(ari, 4),
        "pairs": [round(value, 4) for value in (*of_pairs, mean(*of_pairs))],
        "groups": len(found),
        **by_kind(labelled, gold, both),
    }


def by_kind(labelled, gold, both):
    """Of each kind: how many stand in the largest part of their label, and how many stand where another label is larger."""
    kinds = sorted({kind for _, _, kind in labelled if kind})
    home, owner = {}, {}
    for (label, group), n in sorted(both.items(), key=lambda item: (-item[1], item[0])):
        home.setdefault(label, group)
        owner.setdefault(group, label)
    told = {"recall_by_kind": {}, "astray_by_kind": {}}
    for kind in kinds:
        of_it = [(label, group) for label, group, other in labelled if other == kind]
        many = [(label, group) for label, group in of_it if gold[label] > 1]
        if many:
            told["recall_by_kind"][kind] = round(sum(home[label] == group for label, group in many) / len(many), 4)
        told["astray_by_kind"][kind] = round(sum(owner[group] != label for label, group in of_it) / len(of_it), 4)
    return told if kinds else {}


def replayed(folder, level):
    """The groups that a replay wrote."""
    groups, merged = {}, {}
    for path in sorted(glob.glob(os.path.join(folder, "articles-*.jsonl"))):
        for record in lines_of(path):
            groups[record["guid"]] = record[f"{level}_id"]
    for path in sorted(glob.glob(os.path.join(folder, "stories-*.jsonl"))):
        for record in lines_of(path):
            if record.get("merged_into"):
                merged[record["story_id"]] = record["merged_into"]
    for guid, group in groups.items():
        while group in merged:
            group = merged[group]
        groups[guid] = group
    return groups


def judged(pairs, groups):
    """Labelled pairs: precision and recall, and by kind how many there are and how many stand in one group."""
    kinds, both = collections.defaultdict(lambda: [0, 0]), collections.Counter()
    for pair in pairs:
        if pair["label"] is not None:
            together = groups[str(pair["a"])] == groups[str(pair["b"])]
            both[bool(pair["label"]), together] += 1
            count = kinds[pair.get("kind") or ("copy" if pair["label"] else "not")]
            count[0] += 1
            count[1] += together
    precision = ratio(both[True, True], both[True, True] + both[False, True])
    recall = ratio(both[True, True], both[True, True] + both[True, False])
    return {
        "judged": [round(value, 4) for value in (precision, recall, mean(precision, recall))],
        "wrongly_together": round(ratio(both[False, True], both[False, True] + both[False, False]), 4),
        "judged_by_kind": {kind: {"pairs": n, "together": round(same / n, 4)} for kind, (n, same) in sorted(kinds.items())},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", metavar="GOLD.jsonl")
    parser.add_argument("out", metavar="OUT_DIR")
    parser.add_argument("level", choices=["dispatch", "story"])
    parser.add_argument("--pairs", metavar="PAIRS.jsonl")
    parser.add_argument("--seconds", type=float, help="processor time that the replay took")
    args = parser.parse_args()
    lines, groups = lines_of(args.gold), replayed(args.out, args.level)
    name = os.path.basename(args.gold)
    told = {"system": "copytaster", "setting": "as shipped", "set": name, **scores(lines, groups)}
    if args.pairs:
        told |= judged(lines_of(args.pairs), groups)
    if args.seconds:
        told["docs_per_s"] = round(len(lines) / args.seconds)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
