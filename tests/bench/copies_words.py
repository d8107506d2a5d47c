"""What copies.py writes into the texts it edits: words that stand for each other, credits, footers. All written for it."""

# Words and phrases that an editor puts one for the other; a phrase is matched before its words.
SYNONYMS = [
    line.split("|")
    for line in """
said|stated|told reporters|noted|remarked
says|states|notes|points out
announced|declared|made public|disclosed
reported|related|recounted
percent|per cent|%
U.S.|United States|American
more than|over|upwards of|in excess of
less than|under|below
about|around|roughly|some|approximately
also|as well|in addition
because|since|as
but|yet|however|though
after|following|in the wake of
before|ahead of|prior to
during|in the course of|amid
many|numerous|scores of|plenty of
several|a number of|various|a handful of
big|large|sizeable|major
small|minor|little|modest
new|fresh|recent
former|ex-|one-time
killed|left dead|slain
died|lost their lives|passed away
hurt|injured|wounded
police|officers|law enforcement
lawmakers|legislators|members of the house
president|head of state
government|administration|authorities
officials|authorities|representatives
plan|proposal|scheme|blueprint
bill|measure|draft law|legislation
vote|ballot|poll
election|polls|contest
campaign|race|bid
company|firm|business|corporation
money|funds|cash
law|statute|legislation
court|tribunal|bench
judge|justice|magistrate
lawsuit|suit|legal action
attack|assault|strike
war|conflict|fighting
talks|negotiations|discussions
deal|agreement|accord|pact
meeting|session|gathering
leader|head|chief
chief|head|boss
group|organisation|body|outfit
country|nation|state
city|town|municipality
people|persons|individuals|residents
children|kids|youngsters|minors
workers|employees|staff
jobs|posts|positions
home|house|residence
school|academy|campus
doctors|physicians|medics
hospital|clinic|medical centre
health care|healthcare|medical care
taxes|levies|duties
economy|business climate|economic activity
market|exchange|bourse
rose|climbed|went up|increased|gained
fell|dropped|declined|slid|went down
increase|rise|growth|jump
decrease|drop|decline|fall
begin|start|commence|open
began|started|commenced|opened
end|finish|conclude
ended|finished|concluded|wrapped up
show|indicate|suggest|reveal
showed|indicated|suggested|revealed
found|discovered|uncovered
called|described|termed|labelled
asked|requested|sought from
want|wish|would like|seek
wants|wishes|seeks|would like
need|require
help|aid|assist|support
trying|seeking|attempting|working
tried|sought|attempted
going to|set to|due to|about to
expected|anticipated|forecast|likely
likely|probable|apt
may|might|could
must|has to|needs to
should|ought to
will|is to|is going to
would|was to
according to|in the words of|as per|by the account of
against|opposed to
without|lacking|absent
near|close to|not far from
across|throughout|all over
early|at an early hour|in the opening hours
late|at a late hour
quickly|swiftly|rapidly|at speed
first|initial|opening
last|final|latest
next|following|coming
week|seven days
month|four weeks
year|twelve months
today|on this day
Monday|at the start of the week
Saturday|at the weekend
now|at present|currently
still|even now|as yet
often|frequently|time and again
never|at no time
only|just|merely|solely
all|every one of|the whole of
both|the two|each of the
among|amongst|between
while|whereas|as
when|at the time|once
where|in which
which|that
who|that
include|comprise|contain|cover
including|among them|such as
use|employ|make use of
used|employed|made use of
make|produce|create
made|produced|created
take|seize|grab
took|seized|grabbed
give|hand|grant
gave|handed|granted
get|obtain|receive|secure
got|obtained|received|secured
keep|retain|hold on to
kept|retained|held on to
leave|depart|quit
left|departed|quit
stop|halt|end|block
stopped|halted|ended|blocked
face|confront|meet with
faces|confronts|meets with
support|back|endorse|favour
supported|backed|endorsed|favoured
oppose|resist|reject
opposed|resisted|rejected
believe|think|hold
believes|thinks|holds
decision|ruling|choice|call
statement|declaration|announcement
report|account|study
evidence|proof|indications
problem|issue|trouble|difficulty
question|query|matter
important|key|crucial|vital
possible|potential|conceivable
serious|grave|severe
public|open|general
private|personal|closed
federal|national|central
foreign|overseas|outside
military|armed forces|army
security|safety
weapon|arm|firearm
weapons|arms|firearms
gun|firearm|pistol
crime|offence|wrongdoing
prison|jail|custody
arrested|detained|taken into custody
charged|accused|indicted
accused|blamed|charged
death|killing|passing
family|relatives|household
friend|companion|ally
woman|female|lady
man|male|fellow
women|females
men|males
young|youthful
old|elderly|aged
Democrats|the Democratic Party|Democratic politicians
Republicans|the GOP|Republican politicians
Democratic|Democrat
Republican|GOP
Congress|the legislature|Capitol Hill
White House|the administration|the president's office
Senate|the upper house|the upper chamber
House|the lower house|the lower chamber
Mr.|Mister
spokesman|spokesperson|press officer
spokeswoman|spokesperson|press officer
secretary|minister
""".strip().splitlines()
]

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
MONTHS = "January February March April May June July August September October November December".split()

# Put in between words, as editors pad and sub-editors qualify.
FILLERS = """reportedly; apparently; in effect; meanwhile; again; of course; in turn; so far; by all accounts; once more; at least;
in part; it is understood; at that time; to date; for the moment; by then; on the whole; in particular; for its part""".replace(
    "\n", " "
).split("; ")

# Words put in the place of others where no synonym is at hand.
STRANGERS = """matter effort outcome concern approach setting record result figure pressure position review stage order notice
moment balance measure region period source effect version detail standing ground course value turn share line view control
broad firm open close sharp steady clear plain local wide formal direct further other certain given main heavy lasting
push move raise hold draw weigh carry reach settle shift press follow state mark form place bring set name point put""".split()

CITIES = """LONDON PARIS BERLIN GENEVA WASHINGTON CHICAGO DENVER ATLANTA BOSTON SEATTLE DALLAS MADRID ROME VIENNA OSLO DELHI MUMBAI
NAIROBI CAIRO ANKARA TOKYO SEOUL SYDNEY TORONTO OTTAWA BRUSSELS WARSAW PRAGUE ATHENS LISBON""".split()
REPORTERS = """Ann Halloway; Peter Quist; Maria Delgado Ruiz; Tom Ashby; Yuki Tanabe; Ravi Menon; Claire Fontenay; Olu Adeyemi;
Greta Lindholm; Sam Whitcombe; Ines Carvalho; Dan Okafor; Helen Marsh; Jonas Weil; Priya Raghavan; Luke Ferraro""".replace(
    "\n", " "
).split("; ")

# Name as the outlet of its own wire, short name in datelines and credits.
AGENCIES = [
    ("The Associated Press", "AP"),
    ("Reuters", "Reuters"),
    ("Agence France-Presse", "AFP"),
    ("Press Trust of India", "PTI"),
    ("Asian News International", "ANI"),
    ("United Press International", "UPI"),
]
DATELINES = [
    "{city}, {month} {day} ({agency}) - ",
    "{city} ({agency}) — ",
    "{city}, {month} {day} ({agency}): ",
    "{city} - ",
]
CREDIT_TAILS = [
    "(Reporting by {who}; Editing by {other})",
    "Reporting by {who} in {City}; editing by {other}",
    "{who} reported from {City}. {other} contributed to this report.",
    "({agency})",
    "- {agency}",
    "Copyright {year} {Agency}. All rights reserved.",
    "This story was supplied by {agency} and has not been edited by our newsroom beyond its headline.",
    "With inputs from {agency}",
    "{Agency} contributed to this report.",
]

OUTLET_NAMES = [
    f"{place} {paper}"
    for place in """Harbour Vale Ridgeway Northfield Lakeside Stonebridge Millbrook Ashford Carden Eastgate Fairmont Glenview
    Holloway Ironwood Kingsport Larchmont""".split()
    for paper in "Post Herald Courier Ledger Gazette Tribune Observer Dispatch".split()
]

# Footers and heads that outlets of a chain put under and above everything.
FOOTERS = [
    "Sign up for our morning newsletter and get the five things you need to know before breakfast, every weekday, free of charge.",
    "Follow us on your favourite network for the latest pictures, videos and breaking stories from around the region.",
    "Have you got a story for our newsdesk? Write to us or ring the number at the foot of the page and a reporter will call back.",
    "This article first appeared in our print edition. Subscribers can read the whole archive on any device, at any hour.",
    "Our journalism depends on readers like you. If you can, please consider a small monthly gift so that it stays open to all.",
    "Comments on this article are moderated before they are shown; read our house rules before you join the discussion.",
    "Read more: the week in pictures. Read more: what our columnists think. Read more: your letters to the editor.",
    "The views in reader comments are those of their authors alone and do not stand for the position of this newspaper.",
    "Download our app to receive alerts the moment that news breaks, and choose the topics that matter to you and your family.",
    "We may earn a commission when you buy through links in our articles. It costs you nothing and helps to pay our reporters.",
    "This story has been published from a wire feed without changes to the text. Only the headline has been changed by our desk.",
    "More on this: how we report, how we correct our mistakes, and how to reach the people who edit these pages.",
    "Support local news. A subscription costs less than one cup of coffee a week and keeps four reporters in your town hall.",
    "Register for a free account to save articles for later, follow authors and solve our daily crossword without advertising.",
    "All times are local. Market figures are delayed by at least fifteen minutes and are given for information only.",
    "Listen to our daily podcast, in which the editors talk through the stories behind the headlines in under twenty minutes.",
    "For licensing and reprints please contact our syndication desk, stating the date of publication and the use you intend.",
    "Thank you for reading. You have reached the limit of your free articles this month; please log in or subscribe to go on.",
]
HEADS = [
    "Share this article with your friends. Save it to read later. Change the size of the text.",
    "You are reading a story from our partner network. Reading time: three minutes.",
    "Advertisement. The article continues below after this short message from our sponsors.",
    "Live updates, analysis and video from our correspondents around the world, all day and all night.",
]

ROUND_UP_OPENINGS = [
    "Good morning. Here is what you need to know to start your day, gathered by our night desk.",
    "This is our evening briefing, with the stories that readers talked about most today.",
    "The world in brief: a few items from the wires that you may have missed.",
    "",
]
ROUND_UP_BRIDGES = ["In other news: ", "Elsewhere: ", "Also today: ", "Meanwhile: ", "And finally: ", ""]
EXCERPT_BRIDGES = [
    "As {outlet} reported on the matter: ",
    "From the report by {outlet}: ",
    "The relevant passage, which has been much shared since, reads as follows. ",
    "An earlier report put it this way. ",
    "",
]
SPEECH_BRIDGES = [
    "{who} used a speech this week to make a wider point:",
    "In remarks carried live, {who} said:",
    "The statement by {who} was read out in full:",
    "{who} told supporters:",
]
UPDATE_LABELS = ["UPDATE {n}-", "UPDATE {n}-", "", "", "(Update {n}) ", "WRAPUP {n}-"]
CORRECTION_LABELS = ["CORRECTED-", "", "", "Correction: "]
HEADLINE_STARTS = ["Watch: ", "Breaking: ", "Just in: ", "Explained: ", "What we know: ", "Report: ", "", "", "", ""]
HEADLINE_ENDS = [" - report", ": what we know", ", officials say", " | World", "", "", "", ""]
