#!/usr/bin/env python3
"""Writes texts of one form about different facts, and copies of them: siblings.py --out DIR [--seed 1]

DIR gets `siblings.jsonl`, lines for `copytaster eval --level dispatch`, and `siblings-pairs.jsonl` for its --pairs: label 0 for
two texts of one form ("names": every number is kept and only names differ; "facts": names stay and numbers differ, or both
do), label 1 for copies, so that taking every text for itself is no way out. The same seed gives the same bytes.

The forms: sports, markets, weather, filings. In some nearly every second word is a slot, in others three of a hundred.
"""

import argparse
import datetime
import json
import pathlib
import random
import re

BEGIN = datetime.datetime(2024, 3, 4, tzinfo=datetime.timezone.utc)
FAMILIES = 36
FOOTER = "Sign up for our evening letter and have the results of the day sent to you. Follow us for more from the region."

NAMES = {
    "town": """Aldham Barrowby Carnforth Dunmore Elstow Fenwick Garston Hexley Ilminster Jarrow Kelso Lorne Malton Norden
    Oakham Penrith Quorndon Rothbury Selby Thirsk Ulverston Verwood Wansford Yarmouth""".split(),
    "club": """Rovers Rangers Harriers Falcons Miners Mariners Swifts Titans Bears Comets Pilots Saints Wolves Kings Arrows
    Badgers Lancers Herons""".split(),
    "firm": """Northgate Halcyon Meridian Pinnacle Redwood Sterling Vantage Westbrook Ironbridge Larkspur Bluestone
    Kingfisher Oakfield Trident Zephyr Calder""".split(),
    "trade": "Foods Energy Textiles Motors Pharma Minerals Logistics Media Cement Holdings Chemicals Software".split(),
    "first": "Anna Bruno Carla David Elena Farid Greta Hugo Irina Jonas Karim Lucia Marco Nadia Oscar Paula".split(),
    "last": """Abbot Berger Castillo Dumont Eriksen Farrow Gallo Hartley Ivanov Jansen Keller Lindqvist Moreau Novak
    Ortega Petrov Quigley Rossi""".split(),
    "coin": "crown florin ducat thaler guilder dinar shilling peso".split(),
    "day": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "month": "January February March April May June July August September October November December".split(),
}

# {n:LOW:HIGH} is a number, {town} and {town2} are two names of one kind; a slot written twice is filled alike.
FORMS = {
    "football": (
        "{town} {club} {n1:0:5}-{n2:0:5} {town2} {club2}",
        "{first} {last} scored in minute {n3:3:44} and {first2} {last2} added a second in minute {n4:46:90} as {town} {club} met "
        "{town2} {club2} in front of {n5:2000:48000} spectators on {day}.\n\nThe match ended {n1:0:5}-{n2:0:5}. The visitors had "
        "{n6:3:19} shots on goal and the hosts {n7:3:19}. Referee {first3} {last3} showed {n8:1:7} yellow cards.\n\nThe {club} are in "
        "place {n9:1:18} of the table with {n10:12:60} points and travel to {town3} next {day2}.",
    ),
    "basketball": (
        "{last}'s {n1:20:45} points lead {club} past {club2}",
        "{first} {last} scored {n1:20:45} points and had {n2:4:15} rebounds as the {town} {club} beat the {town2} {club2} "
        "{n3:99:131}-{n4:80:98} on {day} night.\n\n{first2} {last2} added {n5:12:24} points off the bench for the {club}, who "
        "have won {n6:2:9} of their last {n7:10:14} games. The {club} led by {n8:3:22} at the break and were never behind in "
        "the second half.\n\n{first3} {last3} had {n9:15:33} points for the {club2}, who shot {n10:31:52} percent from the "
        "field.\n\nUP NEXT\n\n{club}: host {town3} on {day2}.\n{club2}: visit {town4} on {day3}.",
    ),
    "tennis": (
        "{last} beats {last2} to reach {town} semi-final",
        "{first} {last} beat {first2} {last2} 6-{n1:0:4}, 6-{n2:0:4} in {n3:58:130} minutes on {day} to reach the last four of "
        "the {town} Open.\n\nThe player from {town2}, seeded {n4:1:16}, hit {n5:12:48} winners and made {n6:5:30} unforced "
        "errors. A place in the final is at stake against {first3} {last3}, who came through when the other half of the draw "
        "was played on the outer courts.",
    ),
    "index": (
        "{town} shares end {n1:1:3}.{n2:10:99} percent higher on {day}",
        "The {town} stock index closed {n1:1:3}.{n2:10:99} percent higher at {n3:3000:21000}.{n4:10:99} points on {day}.\n\nAmong "
        "the gainers were {firm} {trade}, up {n5:3:12} percent, and {firm2} {trade2}, up {n6:2:11} percent. {firm3} {trade3} "
        "lost {n7:2:9} percent and was the weakest on the board.\n\nTurnover came to {n8:120:990} million {coin}s, compared with "
        "an average of {n9:120:990} million over the past month. The {coin} traded at {n10:2:90}.{n11:10:99} to the dollar.",
    ),
    "stock": (
        "{firm} {trade} shares rise {n1:2:19} percent",
        "Shares of {firm} {trade} rose {n1:2:19} percent on {day} to close at {n2:20:480}.{n3:10:99} {coin}s.\n\nThe volume was "
        "{n4:2:40} million shares against an average of {n5:1:20} million. The stock has gained {n6:5:60} percent since the start "
        "of the year and trades at {n7:8:40} times expected earnings.\n\nOf {n8:9:30} analysts who cover the company, {n9:2:9} rate "
        "it a buy. Their median target is {n10:30:500} {coin}s. {firm} {trade} reports its results on {month} {n11:2:28}.",
    ),
    "earnings": (
        "{firm} {trade}: quarterly earnings snapshot",
        "{firm} {trade} Inc. on {day} reported profit of {n1:3:900}.{n2:1:9} million {coin}s in its latest quarter.\n\nThe "
        "{town}-based company said it had net income of {n3:10:99} cents per share. Earnings, adjusted for one-time gains and "
        "costs, came to {n4:10:99} cents per share.\n\nThe results topped expectations. The average estimate of {n5:4:19} analysts "
        "was for earnings of {n6:10:99} cents per share.\n\nThe company posted revenue of {n7:2:9}.{n8:10:99} billion {coin}s in "
        "the period. For the full year it expects revenue of {n9:10:29} billion.",
    ),
    "rate": (
        "{coin} opens at {n1:20:90}.{n2:10:99} against the dollar",
        "The {coin} opened at {n1:20:90}.{n2:10:99} against the dollar on {day}, dealers in {town} said, after it had closed at "
        "{n3:20:90}.{n4:10:99} in the previous session. It moved in a range of {n5:10:60} cents in early deals. The central bank was "
        "not seen in the market, and importers bought for payments that fall due at the end of the month.",
    ),
    "forecast": (
        "Weather for {town} on {day}",
        "{town} can expect a high of {n1:8:33} degrees and a low of {n2:1:14} on {day}, with winds from the {town2} side at "
        "{n3:5:70} kilometres an hour.\n\nThe chance of rain is {n4:10:95} percent, with {n5:1:40} millimetres likely by the evening. "
        "The sun rises at 6:{n6:10:59} and sets at 7:{n7:10:59}.\n\nThe outlook for {day2} is for a high of {n8:8:33} degrees. "
        "Visibility on the road to {town3} will be {n9:2:12} kilometres.",
    ),
    "quake": (
        "Magnitude {n1:4:6}.{n2:1:9} quake strikes near {town}",
        "An earthquake of magnitude {n1:4:6}.{n2:1:9} struck {n3:6:90} kilometres from {town} on {day}, the survey said. It was at a "
        "depth of {n4:5:120} kilometres and was felt in {town2} and {town3}. There were no immediate reports of casualties or "
        "damage. The survey, which measures thousands of tremors in the region each year, warned that aftershocks were possible "
        "and advised people to stay away from damaged buildings.",
    ),
    "storm": (
        "Storm warning for {town} and {town2}",
        "A storm warning is in force for {town}, {town2} and the coast until {n1:1:12} p.m. on {day}. Gusts of {n2:70:150} kilometres "
        "an hour are expected. The service asks residents to secure loose objects, to keep away from trees and power lines, not to "
        "park near the sea front and to put off journeys that are not needed. Ferries may be cancelled at short notice; travellers "
        "should ask their operator before they set out. Schools decide on their own whether they open and will tell parents by "
        "text message. Call the emergency number only where life is in danger.",
    ),
    "position": (
        "Form 8.5 ({firm} {trade})",
        "PUBLIC DISCLOSURE BY AN EXEMPT TRADER WITH RECOGNISED INTERMEDIARY STATUS DEALING IN A CLIENT-SERVING CAPACITY. Name of "
        "exempt trader: {firm2} Securities. Offeror or offeree in relation to whose relevant securities this form relates: {firm} "
        "{trade}. Date position held: {n1:2:28} {month}. Class of relevant security: ordinary shares. Total number of securities "
        "purchased: {n2:1000:900000}. Highest price per unit: {n3:100:900}. Lowest price per unit: {n4:100:900}. All interests "
        "and all short positions should be disclosed. Details of any securities borrowing and lending positions, derivatives "
        "referenced to securities or agreements to purchase or sell relevant securities should be disclosed on a separate form. "
        "Details of any indemnity or option arrangement, or any agreement or understanding, formal or informal, relating to "
        "relevant securities which may be an inducement to deal or refrain from dealing: none. Contact name: {first} {last}. "
        "Public disclosures under the rules must be made to a regulatory information service.",
    ),
    "assets": (
        "Net asset value: {firm} {trade} Trust",
        "The company announces that the net asset value per ordinary share of {firm} {trade} Trust at the close of business on "
        "{n1:2:28} {month}, with income, was {n2:90:990}.{n3:10:99} pence, and without income {n4:90:990}.{n5:10:99} pence. The "
        "figures have been calculated in line with the guidelines of the association of investment companies, with debt at par "
        "value and with investments in quoted securities valued at bid price. Neither the contents of the website of the company "
        "nor the contents of any website accessible from it is incorporated into, or forms part of, this announcement.",
    ),
    "insider": (
        "{firm} {trade} director {last} sells {n1:1000:90000} shares",
        "{first} {last}, a director of {firm} {trade}, sold {n1:1000:90000} shares of the company on {month} {n2:2:28} at an average "
        "price of {n3:10:480}.{n4:10:99} {coin}s, for a total of {n5:100000:9000000}.\n\nAfter the sale the director owns "
        "{n6:1000:90000} shares, according to a filing. {firm} {trade} has a market value of {n7:1:40} billion {coin}s and a "
        "twelve-month low of {n8:10:200} {coin}s.\n\nIn the past year insiders have sold {n9:2:30} times and bought {n10:0:9} times.",
    ),
    "dividend": (
        "{firm} {trade} declares dividend",
        "The board of {firm} {trade} declared a quarterly dividend of {n1:10:95} cents a share, payable on {month} {n2:2:28} to "
        "holders of record on {month2} {n3:2:28}. The company has paid a dividend for {n4:3:60} quarters in a row. Statements that "
        "are not historical fact are forward-looking and subject to risks and uncertainties; actual results may differ from those "
        "expressed or implied, and the company undertakes no obligation to update them, whether because of new information, future "
        "events or otherwise, except as required by law.",
    ),
    "lottery": (
        "Winning numbers of the {town} lottery",
        "The winning numbers in the drawing of the {town} lottery on {day} evening were {n1:1:9}-{n2:10:19}-{n3:20:29}-{n4:30:39}-"
        "{n5:40:49}, bonus {n6:1:12}. The estimated jackpot is {n7:2:90} million {coin}s. Results are not official until they are "
        "confirmed by the lottery. Prizes must be claimed within a year of the drawing at an authorised agent or at the office in "
        "{town2}.",
    ),
    "results": (
        "Results of the {town} league, {day}",
        "{town2} {n1:0:5}, {town3} {n2:0:5}\n{town4} {n3:0:5}, {town5} {n4:0:5}\n{town6} {n5:0:5}, {town7} {n6:0:5}\n{town8} "
        "{n7:0:5}, {town9} {n8:0:5}\n\nLeading scorers: {last} {n9:9:24}, {last2} {n10:7:20}, {last3} {n11:6:18}.\n\nMatches on "
        "{day2}: {town3} against {town2}, {town5} against {town4}, {town7} against {town6}.",
    ),
}

SLOT = re.compile(r"\{(n\d+):(\d+):(\d+)\}|\{([a-z]+)(\d*)\}")


def slots_of(form):
    return {m.group(1) or m.group(4) + m.group(5): m for m in SLOT.finditer("".join(FORMS[form]))}


def facts(form, rng):
    """What fills the slots of a form; no two of one kind alike."""
    filled, used = {}, set()
    for slot, match in slots_of(form).items():
        if match.group(1):
            filled[slot] = str(rng.randint(int(match.group(2)), int(match.group(3))))
        else:
            filled[slot] = rng.choice([name for name in NAMES[match.group(4)] if name not in used])
            used.add(filled[slot])
    return filled


def filled(form, values):
    fill = lambda match: values[match.group(1) or match.group(4) + match.group(5)]
    return tuple(SLOT.sub(fill, part) for part in FORMS[form])


def sibling(form, values, way, rng):
    """Other facts: "names" keeps every number, "numbers" every name, "both" nothing."""
    others = values
    while filled(form, others) == filled(form, values):
        others = facts(form, rng)
        if way == "names":
            kept = [slot for slot in values if re.match(r"n\d", slot) or slot.startswith(("day", "month"))]
        elif way == "numbers":
            kept = [slot for slot in values if not re.match(r"n\d", slot)]
        else:
            kept = []
        others = {**others, **{slot: values[slot] for slot in kept}}
    if way == "names":
        # A name that happened to be drawn again is no other name.
        for slot in values:
            if others[slot] == values[slot] and slot not in kept:
                return sibling(form, values, way, rng)
    return others


def copied(title, text, rng):
    """A copy as outlets make it: one fact at most is another."""
    way = rng.choice(["exact", "cut", "headline", "footer", "credit", "correction", "padded"])
    if way == "cut":
        parts = re.split(r"(?<=[.])\s+(?=[A-Z])", text)
        text = " ".join(parts[: max(2, round(len(parts) * 0.7))])
    elif way == "headline":
        title = f"{title.split(' ', 1)[-1]} - report"
    elif way == "footer":
        text = f"{text}\n\n{FOOTER}"
    elif way == "credit":
        text = f"{text}\n\n(Reporting by Ann Halloway; Editing by Peter Quist)"
    elif way == "correction":
        number = rng.choice(re.findall(r"(?<!\S)\d+(?=[ .,])", text) or ["0"])
        text = re.sub(rf"(?<!\S){number}(?=[ .,])", str(int(number) + 1), text, count=1)
    elif way == "padded":
        words = text.split(" ")
        for _ in range(max(1, len(words) // 25)):
            words.insert(rng.randrange(1, len(words)), rng.choice(["again", "also", "meanwhile", "in", "the"]))
        text = " ".join(words)
    return way, title, text


def made(seed):
    """Lines and labelled pairs: for each form families of siblings, each with copies of some."""
    rng = random.Random(seed)
    lines, pairs = [], []

    def add(form, label, kind, title, text, hours):
        outlet = rng.choice(["Vale Post", "Harbour Herald", "Ridgeway Courier", "Lakeside Ledger", "Carden Gazette"])
        lines.append(dict(at=hours, label=label, form=form, kind=kind, title=title, text=text, outlet=outlet))
        return lines[-1]

    for form in FORMS:
        for family in range(FAMILIES):
            values, hours = facts(form, rng), rng.uniform(0, 96)
            label = f"{form}-{family}"
            first = add(form, f"{label}-0", "filed", *filled(form, values), hours)
            way = "names" if family % 2 == 0 else rng.choice(["numbers", "both", "both"])
            later = filled(form, sibling(form, values, way, rng))
            other = add(form, f"{label}-1", "sibling", *later, hours + rng.uniform(0, 30))
            pairs.append((first, other, 0, "names" if way == "names" else "facts"))
            for of, part in ((first, "0"), (other, "1")):
                if rng.random() < 0.5:
                    way, title, text = copied(of["title"], of["text"], rng)
                    copy = add(form, f"{label}-{part}", way, title, text, of["at"] + rng.uniform(0.1, 12))
                    pairs.append((of, copy, 1, f"copy_{way}"))
    return lines, pairs


def write_all(out, seed):
    lines, pairs = made(seed)
    lines.sort(key=lambda line: line["at"])
    for number, line in enumerate(lines):
        line["id"] = f"s{number:05}"
    with open(out / "siblings.jsonl", "w", encoding="utf-8") as file:
        for line in lines:
            moment = BEGIN + datetime.timedelta(hours=line["at"])
            told = {
                "id": line["id"],
                "cluster": line["label"],
                "kind": line["kind"],
                "form": line["form"],
                "title": line["title"],
                "text": line["text"],
                "published": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                "source": line["outlet"],
                "url": f"https://{line['outlet'].lower().replace(' ', '')}.example/{line['id']}",
                "lang": "en",
            }
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    with open(out / "siblings-pairs.jsonl", "w", encoding="utf-8") as file:
        for one, other, label, kind in pairs:
            told = {"a": one["id"], "b": other["id"], "label": label, "kind": kind, "form": one["form"]}
            file.write(json.dumps(told) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    write_all(out, args.seed)


if __name__ == "__main__":
    main()
