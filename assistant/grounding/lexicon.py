"""The words the check knows something about: data, and nothing else."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPWORDS = words(
    """a an the this that these those and or but if then else so as of at by for from in into on onto to with within
    about above after again against among around because before below between both during each either further here how
    i me my we our us you your yours he him his he's she her it its they them their theirs who whom whose which what
    when where why while is am are was were be been being do does did doing done have has had having will would shall
    should can could may might must ought let there out up down off over under than too very just also only own such
    not no nor never without all any every many most some more less much few other another one ones yes however
    therefore thus moreover additionally furthermore overall e.g i.e etc via per always often usually sometimes
    typically generally commonly frequently s t re ve ll d like well still even though although since until upon
    whether hence summary conclusion according mentioned states stated guide guides passage passages text source
    document rather instead sign signs don't doesn't isn't aren't won't can't cannot needn't"""
)
# Said often and of anything: half the weight of a word that says what it is about (guess).
COMMON = words(
    """able add allow aim appear available base become begin belong best better bring call carry case cause certain
    choose clear come consider consist contain continue count deal demand depend describe differ direct easy effect
    enable end ensure especially exist expect explain fact find first follow form full function general get give go
    good great grow handle happen help high hold idea important include increase involve keep kind know large last lead
    let level like likely long look main make mainly matter mean move much necessary need new number offer part
    particular particularly people person perform play point possible present probably process produce provide put
    range reach real reason receive relate relevant remain require result right rise role run say see seem serve set
    several show similar simple simply small someone something special specific start step suit support sure take
    tend thing time together truly try turn type typical understand usual value various want way whole wide work
    worth year thank arguably yearly annually annual roughly approximately plus besides thanks order able
    aspiring"""
)
IRREGULARS = """
sing sang sung | write wrote written | make made | build built | teach taught | lead led | grow grew grown |
hold held | keep kept | leave left | win won | begin began begun | choose chose chosen | draw drew drawn |
give gave given | know knew known | lose lost | meet met | pay paid | run ran | send sent | sell sold |
speak spoke spoken | spend spent | stand stood | take took taken | think thought | tell told |
understand understood | wear wore worn | buy bought | bring brought | catch caught | fall fell fallen |
feel felt | get got gotten | hear heard | rise rose risen | see saw seen | shoot shot | show shown |
fight fought | fly flew flown | become became | come came | go went gone | say said | find found |
eat ate eaten | drive drove driven | break broke broken | child children | man men | woman women |
analyze analyse analysis analyses
"""
# Words that say the same, by group; the first names the group. General words only: names have no synonyms.
SYNONYMS = """
salary pay wage earnings earn compensation income remuneration paid
job role position post career employment occupation
employer company firm organisation organization business
begin start starting beginner commence initiate
learn study studying education educational
get obtain gain acquire achieve attain
show demonstrate display prove showcase proof evidence
build create develop construct make produce creation design
use utilise utilize employ apply leverage application applied
aid assist support facilitate
several multiple various numerous diverse
quick fast rapid swift quickly rapidly
difficult hard tough challenging demanding
teach instruct train training
enhance improve better improvement enhancement strengthen boost
understand grasp comprehend understanding comprehension
method technique approach way
picture image photo
forecast predict prediction
choose select pick selection choice
collect gather collection acquire
watch monitor monitoring track observe
clean cleaning cleanse tidy
team group
worker employee staff
client customer
speech voice audio
programming coding code program
maths mathematics math mathematical
statistics statistical stats
region area location place
city metropolitan urban town
depend vary hinge depending varies dependent
duration length time
roughly approximately about
include contain comprise consist cover
maintain upkeep maintenance
resume cv
wellknown famous popular renowned
university college
keep retain continue stay
expert specialist professional expertise
tool software
cheap affordable inexpensive
buy purchase
house home
car vehicle automobile
physician doctor
movie film
country nation
child kid
begin launch
finish end complete conclude
allow enable permit let
need require requirement prerequisite
topic subject
goal aim objective purpose
task duty responsibility responsible duties
answer reply respond response
problem issue
result outcome
example instance
fridge refrigerator
connect link join
""".strip()
# Pairs of opposites: one pole | the other. Inflected forms follow by stem.
OPPOSITES = """
necessary mandatory required requirement compulsory obligatory need necessity prerequisite must | optional negotiable
increase rise grow growth surge raise climb soar accelerate lift | decrease fall decline drop shrink reduce reduction
high higher highest above | low lower lowest below
large larger bigger largest big vast huge tall taller tallest | small smaller smallest tiny
quick quicker quickly fast faster speed | slow slower slowly
long longer longest lengthen | short shorter shortest shorten
more most many plenty | less least few fewer
possible | impossible
easy easier easily simple simpler | difficult harder hard complex tough challenging
success succeed successful | failure unsuccessful fail
strong stronger | weak weaker
early earlier | late later
cheap cheaper | expensive
broad broader wide wider | narrow narrower
same identical | different differ difference
allow enable permit let | prevent forbid prohibit
supervised | unsupervised
structured | unstructured
senior | junior
local | remote
accept | reject
win | lose
positive | negative
internal | external
maximum | minimum
advantage | disadvantage
safe | unsafe dangerous
legal | illegal
likely probable | unlikely improbable
include | exclude
public | private
promising | hopeless
common popular frequent widespread | uncommon rare unpopular
useful helpful beneficial valuable help benefit | useless worthless unhelpful harm hinder
important crucial essential vital key critical significant fundamental | unimportant irrelevant trivial insignificant
continue proceed | stop cease
interesting stimulating | boring dull
correct right accurate | incorrect wrong inaccurate
true | false
open | closed shut
good | poor bad
heavy heavier heaviest | light lighter lightest
together | alone
improve better | worsen worse
male | female
hot hotter warm | cold colder cool
sweet sweeter | sour sourer
profit profitable | loss lossmaking
praise admire | criticise criticize condemn
victory triumph | defeat
export | import
ancestor | descendant
bright brighten brighter | dark darken darker
attach | detach
lend | borrow
permanent | temporary
mild milder gentle | severe
natural | artificial
guilty | innocent
""".strip()
VERB_NEGATORS = words("not never cannot neither nor rarely seldom hardly barely")
NOUN_NEGATORS = words("no without none nobody nothing lack lacks lacking non fewer")
SOFT_NEGATORS = words("limited minimal little scarce")
# Verbs and particles that deny without a "not": "his name was left out".
DENIALS = words(
    """rather instead unlike except refuse refused avoid ban banned prohibit deny denied miss missing wrong false myth
    contrary ceased out"""
)
NEGATIVE_WORDS = words(
    """no not never only rather instead unlike except beyond refuse refused avoid stop ban banned prohibit deny denied
    miss missing free differ differs wrong false myth contrary despite ceased end ended little limited just exempt
    exemption unless fail fails failed first last alone exception except stay stays keep keeps same unchanged lost"""
)
UNIVERSALS = {
    "all": "all", "every": "all", "everyone": "all", "everybody": "all", "everything": "all", "everywhere": "all",
    "each": "all", "both": "all", "always": "always", "invariably": "always", "whenever": "always", "never": "never",
    "only": "only", "solely": "only", "exclusively": "only", "alone": "only", "sole": "only",
    "guarantee": "certain", "guarantees": "certain", "guaranteed": "certain", "certainly": "certain",
    "definitely": "certain", "entirely": "wholly", "completely": "wholly", "none": "never", "nobody": "never",
}  # fmt: skip
OBLIGATIONS = words("must required requires mandatory compulsory obligatory obliged")
NEEDS = words("need needs needed should has essential crucial vital important require only cannot")
HEDGES = words(
    """many some often can may might could usually sometimes typically generally most commonly likely frequently several
    optional consider tends tend mainly partly arguably about approximately varies depends depending helpful beneficial
    useful recommended common such"""
)
PRONOUNS = words("it its they their these this those he she his her both such all each")
FINITE = words("is are was were has have had can could will would may might must should does do did")
CONJUNCTIONS = words("but while whereas although though however yet because so")
APPROXIMATE = {"about", "around", "approximately", "nearly", "almost", "roughly", "circa", "over", "some"}
_COUNTS = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
NUMBER_WORDS = {word: float(value) for value, word in enumerate(_COUNTS.split(), start=2)} | {
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
