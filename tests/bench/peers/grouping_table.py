"""The figures of run-grouping.sh as Markdown: grouping_table.py FIGURES... Each system's best setting on each set."""

import json
import sys


def rank(figure):
    """By labelled pairs where they are what a set is for, else by B-cubed F1."""
    return figure["judged"][2] if "judged" in figure else figure["b3"][2]


def best_of(paths):
    best = {}
    for path in paths:
        for line in open(path, encoding="utf-8"):
            figure = json.loads(line)
            key = figure["set"].removesuffix(".jsonl"), figure["system"]
            if key not in best or rank(figure) > rank(best[key]):
                best[key] = figure
    return best


def three(values):
    return " / ".join(f"{value:.3f}" for value in values)


def main(paths):
    best = best_of(paths)
    of_labels = {key: figure for key, figure in best.items() if not key[0].startswith("copies-hand")}
    print("| set | system | best setting | B-cubed P / R / F1 | ARI | pairs P / R / F1 | docs/s of processor time |")
    print("|---|---|---|---|---:|---|---:|")
    for (name, system), told in of_labels.items():
        row = name, system, told["setting"], three(told["b3"]), f"{told['ari']:.3f}", three(told["pairs"]), told["docs_per_s"]
        print("|", " | ".join(map(str, row)), "|")
    print("\n| labelled pairs | system | best setting | P / R / F1 | wrongly together |\n|---|---|---|---|---:|")
    for (name, system), told in best.items():
        if "judged" in told:
            print(f"| {name} | {system} | {told['setting']} | {three(told['judged'])} | {told['wrongly_together']:.1%} |")
    systems = [system for name, system in best if name == "copies"]
    kinds = sorted(best["copies", "copytaster"]["astray_by_kind"])
    print("\nCopies by kind: the share that stands in the largest part of its label; in brackets, where another label is larger.\n")
    print("| kind |", " | ".join(systems), "|\n|---|" + "---:|" * len(systems))
    for kind in kinds:
        cells = []
        for system in systems:
            told = best["copies", system]
            recall = told["recall_by_kind"].get(kind)
            cells.append(f"{'–' if recall is None else f'{recall:.3f}'} ({told['astray_by_kind'][kind]:.3f})")
        print(f"| {kind} |", " | ".join(cells), "|")
    for (name, system), told in best.items():
        figure = {"figure": f"grouping.{name}.{system}.f1", "value": rank(told), "unit": ""}
        print(json.dumps(figure), file=sys.stderr)


main(sys.argv[1:])
