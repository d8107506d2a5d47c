"""Groups labelled lines by what others use, one article at a time in their order: grouping_peer.py GOLD.jsonl SYSTEM...

SYSTEM is tfidf (single pass, the nearest group's centre by cosine, idf of the very lines; --days is its window), datasketch and
rensa (MinHash with LSH, 128 permutations, shingles of words) or simhash (64 bits). Thresholds are swept and each setting
prints one JSON line. A match by MinHash is checked with the estimated Jaccard; an article follows the best of them
("best") or ties all together ("union"). Speed is docs a second of processor time, reading and scoring left out.
"""

import argparse
import datetime
import json
import os
import re
import time

import grouping_scores as scoring

PERMUTATIONS = 128
WORD = re.compile(r"\w+")


def moment_of(line, last):
    """Seconds; one without a date that can be read stands where it should be taken."""
    try:
        return datetime.datetime.fromisoformat(line["published"].replace("Z", "+00:00")).timestamp()
    except (AttributeError, KeyError, ValueError):
        return last


def in_order(lines):
    """Lines by date, undated ones behind the line before them, with their moments."""
    moments, last = [], 0.0
    for line in lines:
        last = moment_of(line, last)
        moments.append(last)
    order = sorted(range(len(lines)), key=lambda at: moments[at])
    return [lines[at] for at in order], [moments[at] for at in order]


def shingles(text, length):
    words = WORD.findall(text.lower())
    return [" ".join(words[at : at + length]) for at in range(max(1, len(words) - length + 1))]


class Groups:
    """Groups by number, with what ties them."""

    def __init__(self):
        self.parent = []

    def add(self, ties):
        self.parent.append(len(self.parent))
        for tie in ties:
            one, other = self.of(tie), self.of(len(self.parent) - 1)
            self.parent[max(one, other)] = min(one, other)

    def of(self, at):
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at


def tell(args, lines, system, setting, groups, seconds):
    found = {str(line["id"]): groups[at] for at, line in enumerate(lines)}
    told = {"system": system, "setting": setting, "set": os.path.basename(args.gold), **scoring.scores(lines, found)}
    if args.pairs:
        told |= scoring.judged(scoring.lines_of(args.pairs), found)
    print(json.dumps({**told, "docs_per_s": round(len(lines) / max(1e-9, seconds))}), flush=True)


def by_minhash(args, lines, system, signed, index_of, jaccard):
    """`signed` gives all signatures for a length of shingles, `index_of` an index for a threshold."""
    for length in args.shingles:
        begun = time.process_time()
        signatures = signed(length)
        signing = time.process_time() - begun
        for threshold in args.jaccard:
            found, begun = [], time.process_time()
            index = index_of(threshold)
            for at, signature in enumerate(signatures):
                hits = [(jaccard(signature, signatures[hit]), -hit) for hit in index.query(signature)]
                found.append(sorted(hit for hit in hits if hit[0] >= threshold))
                index.insert(at, signature)
            spent = signing + time.process_time() - begun
            for rule, count in (("best", 1), ("union", None)):
                groups = Groups()
                for hits in found:
                    groups.add([-hit for _, hit in (hits[-1:] if count else hits)])
                name = f"{length} words, {threshold}, {rule}"
                tell(args, lines, system, name, [groups.of(at) for at in range(len(lines))], spent)


def datasketch(args, lines, texts, _moments):
    from datasketch import MinHash, MinHashLSH

    def signed(length):
        signatures = []
        for text in texts:
            signature = MinHash(num_perm=PERMUTATIONS)
            signature.update_batch([shingle.encode() for shingle in shingles(text, length)])
            signatures.append(signature)
        return signatures

    index_of = lambda threshold: MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
    by_minhash(args, lines, "datasketch", signed, index_of, lambda one, other: one.jaccard(other))


def rensa(args, lines, texts, _moments):
    from rensa import RMinHash, RMinHashLSH

    def signed(length):
        signatures = []
        for text in texts:
            signature = RMinHash(num_perm=PERMUTATIONS, seed=42)
            signature.update(shingles(text, length))
            signatures.append(signature)
        return signatures

    def index_of(threshold):
        # Bands such that the S-curve's middle lies at or below the threshold.
        bands = min((n for n in (4, 8, 16, 32, 64) if (1 / n) ** (n / PERMUTATIONS) <= threshold), default=64)
        return RMinHashLSH(threshold=threshold, num_perm=PERMUTATIONS, num_bands=bands)

    by_minhash(args, lines, "rensa", signed, index_of, lambda one, other: one.jaccard(other))


def simhash(args, lines, texts, _moments):
    from simhash import Simhash, SimhashIndex

    begun = time.process_time()
    signatures = [Simhash(shingles(text, 3)) for text in texts]
    signing = time.process_time() - begun
    for distance in args.hamming:
        groups, begun = Groups(), time.process_time()
        index = SimhashIndex([], k=distance)
        for at, signature in enumerate(signatures):
            near = [int(hit) for hit in index.get_near_dups(signature)]
            groups.add([min(near, key=lambda hit: (signature.distance(signatures[hit]), hit))] if near else [])
            index.add(str(at), signature)
        spent = signing + time.process_time() - begun
        tell(args, lines, "simhash", f"3 words, Hamming {distance}", [groups.of(at) for at in range(len(lines))], spent)


def tfidf(args, lines, _texts, moments):
    """The dot products with all earlier texts are taken once; each threshold sums them by its groups."""
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer

    begun = time.process_time()
    texts = [f"{line.get('title') or ''}\n{line.get('title') or ''}\n{line.get('text') or ''}" for line in lines]
    matrix = TfidfVectorizer(sublinear_tf=True, stop_words="english", max_df=0.2, dtype=numpy.float32).fit_transform(texts)
    moments, window = numpy.array(moments), args.days * 86_400
    shared = time.process_time() - begun
    passes = [SinglePass(threshold, len(lines), numpy) for threshold in args.cosine]
    first = 0
    for at in range(len(lines)):
        begun = time.process_time()
        if at % 256 == 0:
            end = min(at + 256, len(lines))
            oldest = numpy.searchsorted(moments[:at], moments[at] - 4 * window)
            block = (matrix[at:end] @ matrix[oldest:end].T).tocsr()
            first, base = at, oldest
        row = slice(block.indptr[at - first], block.indptr[at - first + 1])
        others, dots = block.indices[row] + base, block.data[row]
        is_before = others < at
        others, dots = others[is_before], dots[is_before]
        shared += time.process_time() - begun
        for one in passes:
            one.take(at, others, dots, moments, window)
    for one in passes:
        name = f"cosine {one.threshold}, {args.days} days"
        tell(args, lines, "tfidf", name, one.group_of.tolist(), shared + one.spent)


class SinglePass:
    """Each text joins the active group whose centre is nearest, or opens its own."""

    def __init__(self, threshold, count, numpy):
        self.threshold, self.numpy, self.spent, self.groups = threshold, numpy, 0.0, 0
        self.group_of = numpy.full(count, -1)
        self.square, self.newest = numpy.zeros(count), numpy.zeros(count)

    def take(self, at, others, dots, moments, window):
        begun = time.process_time()
        group, dot = self.nearest(others, dots, moments[at] - window)
        if group is None:
            group, dot = self.groups, 0.0
            self.groups += 1
        self.group_of[at] = group
        self.square[group] += 1 + 2 * dot
        self.newest[group] = max(self.newest[group], moments[at])
        self.spent += time.process_time() - begun

    def nearest(self, others, dots, since):
        if len(others) == 0:
            return None, 0.0
        groups, places = self.numpy.unique(self.group_of[others], return_inverse=True)
        sums = self.numpy.bincount(places, weights=dots)
        cosines = sums / self.numpy.sqrt(self.square[groups])
        cosines[self.newest[groups] < since] = -1
        best = int(cosines.argmax())
        return (int(groups[best]), float(sums[best])) if cosines[best] >= self.threshold else (None, 0.0)


def main():
    systems = {"tfidf": tfidf, "datasketch": datasketch, "rensa": rensa, "simhash": simhash}
    numbers = lambda kind: lambda text: [kind(part) for part in text.split(",")]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gold", metavar="GOLD.jsonl")
    parser.add_argument("systems", nargs="+", choices=sorted(systems), metavar="SYSTEM")
    parser.add_argument("--pairs", metavar="PAIRS.jsonl")
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--cosine", type=numbers(float), default=[0.08, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7])
    parser.add_argument("--jaccard", type=numbers(float), default=[0.25, 0.3, 0.35, 0.4, 0.5])
    parser.add_argument("--shingles", type=numbers(int), default=[2, 3])
    parser.add_argument("--hamming", type=numbers(int), default=[3, 6])
    args = parser.parse_args()
    lines, moments = in_order(scoring.lines_of(args.gold))
    texts = [line.get("text") or line.get("title") or "" for line in lines]
    for name in args.systems:
        systems[name](args, lines, texts, moments)


if __name__ == "__main__":
    main()
