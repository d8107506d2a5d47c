"""The edits of copies.py: each takes a text as a list of sentences and an rng and gives another such list.

A sentence that opens a paragraph begins with two newlines, so that joining them gives the text back.
"""

import difflib
import re

from copies_words import FILLERS, HEADLINE_ENDS, HEADLINE_STARTS, MONTHS, NUMBERS, STRANGERS, SYNONYMS

BREAK = "\n\n"
SENTENCE = re.compile(r"(?<=[a-z0-9)%][.!?])(?=\s+[A-Z“\"'])|(?<=[.!?][”\"])(?=\s+[A-Z“\"'])")
ABBREVIATED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Rev|St|No|Jan|Feb|Mar|Apr|Aug|Sept|Oct|Nov|Dec|vs|Inc|Co)\.$")
THOUSANDS = re.compile(r"^(\d{1,3}(?:,\d{3})+)(\D*)$")
PLAIN = re.compile(r"^([A-Za-z][\w'’-]*)([,.;:]?)$")

SWAPS = {}
for group in SYNONYMS:
    for phrase in group:
        others = [other for other in group if other != phrase]
        SWAPS.setdefault(phrase.lower(), []).extend(others)
LONGEST = max(len(phrase.split()) for phrase in SWAPS)


def sentences(text):
    found = []
    for paragraph in re.split(r"\s*\n\s*", text.strip()):
        start = len(found)
        for part in SENTENCE.split(paragraph):
            part = part.strip()
            if not part:
                continue
            if len(found) > start and (ABBREVIATED.search(found[-1]) or is_open(found[-1])):
                found[-1] += " " + part
            else:
                found.append(part)
        if start and len(found) > start:
            found[start] = BREAK + found[start]
    return found


def is_open(text):
    """Whether a short text stops inside a quotation: what follows belongs to it."""
    return len(text.split()) < 80 and (text.count('"') % 2 == 1 or text.count("“") > text.count("”"))


def joined(parts):
    return "".join(part if part.startswith(BREAK) else " " + part for part in parts if part.strip()).strip()


def words_of(parts):
    return sum(len(part.split()) for part in parts)


def truncated(parts, rng):
    """The first 30-70 % of the sentences, now and then with one of them left out; a lone sentence is cut by its words."""
    keep = max(1, round(len(parts) * rng.uniform(0.3, 0.7)))
    if len(parts) < 3 and words_of(parts) > 40:
        words = joined(parts).split(" ")
        return [" ".join(words[: max(20, round(len(words) * rng.uniform(0.4, 0.7)))])]
    kept = list(parts[:keep])
    if keep > 4 and rng.random() < 0.25:
        kept.pop(rng.randrange(1, keep))
    return kept if words_of(kept) >= 15 else list(parts[: keep + 1])


def summary(parts, rng, ellipsis):
    """The lede as feeds cut it: 22-60 words, in the middle of a sentence with an ellipsis or at the end of one without."""
    words = joined(parts).split()
    wanted = min(rng.randint(22, 60), max(22, int(len(words) * 0.85)))
    if ellipsis:
        return [" ".join(words[:wanted]).rstrip(",;:.") + rng.choice(["…", "...", " […]", " [...]"])]
    best, count = [], 0
    for part in parts:
        count += len(part.split())
        if count > 60:
            break
        best.append(part)
        if count >= wanted:
            break
    if words_of(best) >= 22:
        return best
    return [" ".join(words[:wanted])]


def dropped(parts, rng, share):
    """Without up to that share of the sentences, the first never among them."""
    gone = min(len(parts) - 2, round(len(parts) * share))
    if gone <= 0:
        return list(parts)
    out = set(rng.sample(range(1, len(parts)), gone))
    return [part for at, part in enumerate(parts) if at not in out]


def reshuffled(parts, rng):
    """Neighbours change places and up to a fifth is dropped; no sentence moves further than three places."""
    order = sorted(range(len(parts)), key=lambda at: at + rng.uniform(0, 3))
    if order == list(range(len(parts))) and len(parts) > 1:
        at = rng.randrange(len(parts) - 1)
        order[at], order[at + 1] = order[at + 1], order[at]
    return dropped([parts[at] for at in order], rng, rng.uniform(0, 0.2))


def swapped(words, at, rng):
    """A synonym or another spelling of a number at that place: the words that stand there then, and how many they replace."""
    for length in range(min(LONGEST, len(words) - at), 0, -1):
        phrase = " ".join(words[at : at + length])
        bare = phrase.rstrip(",;:")
        others = SWAPS.get(bare.lower())
        if others:
            other = rng.choice(others)
            if bare[:1].isupper() and not bare.isupper():
                other = other[:1].upper() + other[1:]
            return (other + phrase[len(bare) :]).split(), length
    word = words[at]
    thousands = THOUSANDS.match(word)
    if thousands:
        number = int(thousands.group(1).replace(",", ""))
        if number % 1000 == 0:
            return [str(number // 1000), "thousand" + thousands.group(2)], 1
        return ["about", f"{round(number, -2):,}{thousands.group(2)}"], 1
    if word.lower() in NUMBERS:
        return [str(NUMBERS.index(word.lower()))], 1
    if word.isdigit() and int(word) < len(NUMBERS):
        return [NUMBERS[int(word)]], 1
    if word in MONTHS and len(word) > 4:
        return [word[:3] + "."], 1
    return None


def reworded(parts, rng, share):
    """That share of all words changed, in short runs as an editor works: other words, words put in, left out, turned round."""
    return [reworded_sentence(part, rng, share) for part in parts]


def reworded_sentence(sentence, rng, share):
    lead = BREAK if sentence.startswith(BREAK) else ""
    words, out, at, run = sentence.split(), [], 0, 0
    while at < len(words):
        if run == 0 and rng.random() < share / 2.5:
            run = rng.choice([1, 2, 2, 3, 4])
        elif run == 0:
            out.append(words[at])
            at += 1
            continue
        run -= 1
        swap = swapped(words, at, rng)
        if swap:
            out += swap[0]
            at += swap[1]
            continue
        way, plain = rng.random(), PLAIN.match(words[at])
        if plain and words[at][0].islower() and way < 0.35:
            out.append(rng.choice(STRANGERS) + plain.group(2))
        elif way < 0.55:
            out += rng.choice(FILLERS).split() + [words[at]]
        elif way < 0.75 and plain and words[at][0].islower():
            pass
        elif at + 1 < len(words):
            out += [words[at + 1], words[at]]
            at += 1
        else:
            out.append(words[at])
        at += 1
    return lead + " ".join(out)


def respelled(parts, rng, share):
    """That share of all words and numbers that have another form are put in it."""
    out = []
    for part in parts:
        lead = BREAK if part.startswith(BREAK) else ""
        words, done, at = part.split(), [], 0
        while at < len(words):
            swap = swapped(words, at, rng) if rng.random() < share else None
            done += swap[0] if swap else [words[at]]
            at += swap[1] if swap else 1
        out.append(lead + " ".join(done))
    return out


def rewritten(parts, rng):
    """Up to a half of the sentences rewritten in 30-90 % of their words, the others respelled, some dropped."""
    strength = rng.uniform(0.3, 0.9)
    hit = set(rng.sample(range(len(parts)), max(1, round(len(parts) * rng.uniform(0.2, 0.5)))))
    done = [
        reworded_sentence(part, rng, strength) if at in hit else respelled([part], rng, strength / 2)[0]
        for at, part in enumerate(parts)
    ]
    return dropped(done, rng, rng.uniform(0, 0.2))


def kept_in_part(parts, edit):
    """The edit, tried again until what it gives is still an edited copy: half of its words aligned in runs of two or more."""
    for _ in range(20):
        done = edit()
        if aligned(parts, done) >= 0.5:
            return done
    return list(parts)


def aligned(parts, done):
    """Share of the shorter text's words that stand in the other, in order, two or more in a row."""
    one, other = joined(parts).lower().split(), joined(done).lower().split()
    runs = difflib.SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return sum(run.size for run in runs if run.size > 1) / max(1, min(len(one), len(other)))


def corrected(parts, rng):
    """One number or one name is another, everywhere it stands; None where the text has neither."""
    text = joined(parts)
    numbers = re.findall(r"\b\d[\d,.]*\d\b|\b\d\b", text)
    names = re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b", text)
    if numbers and (not names or rng.random() < 0.6):
        old = rng.choice(numbers)
        new = re.sub(r"\d", lambda m: str((int(m.group()) + rng.randint(1, 8)) % 9 + 1), old)
    elif names:
        old = rng.choice(names)
        new = old[0] + rng.choice(["arland", "ennick", "olmes", "etterby", "undquist", "ascoe"])
    else:
        return None
    pattern = re.compile(rf"(?<![\w.,]){re.escape(old)}(?!\w)")
    return [pattern.sub(new, part) for part in parts]


def typographic(parts, rng):
    """Other marks: straight or curly quotes, dashes, thousands, hard spaces."""
    text = "\x00".join(parts)
    if rng.random() < 0.5:
        for curly, straight in (("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'")):
            text = text.replace(curly, straight)
    else:
        text = re.sub(r'(?<=[\s\x00(])"(?=\S)|^"', "“", text).replace('"', "”").replace("'", "’")
    if rng.random() < 0.5:
        text = text.replace(" — ", " - ").replace("—", " - ").replace(" – ", " - ")
    if rng.random() < 0.3:
        text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    if rng.random() < 0.2:
        text = re.sub(r"(?<=\d) (?=[a-z])", "\u00a0", text)
    return text.split("\x00")


def headline(title, parts, rng):
    """Another headline over the same text: scrambled, reworded, of the text's own words, or dressed up."""
    way, words = rng.random(), title.split()
    if way < 0.3 and len(words) > 3:
        rng.shuffle(words)
        title = " ".join(words)
    elif way < 0.55:
        title = reworded_sentence(title, rng, 0.5)
    elif way < 0.8:
        text = joined(parts).split()
        at = rng.randrange(max(1, len(text) - 9))
        title = " ".join(text[at : at + rng.randint(6, 9)]).strip("“”\",.;:")
        title = title[:1].upper() + title[1:]
    return rng.choice(HEADLINE_STARTS) + title + rng.choice(HEADLINE_ENDS)
