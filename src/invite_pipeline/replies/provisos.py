"""What takes the certainty from an answer: wishes, conditions, doubts, irony, and what is said of a part only.

Matched against folded clauses or sentences, as the tables of replies/phrases.py are.
"""

from __future__ import annotations

from invite_pipeline.replies.patterns import any_of

WISH = any_of(r"\b(?:i|we)'d\b|\b(?:wuerde[n]?|waere[n]?|haette[n]?|koennte[n]?|duerfte[n]?|would|could)\b")

RETRACT = any_of(
    r"\b(?:zusage|anmeldung|teilnahme)\b.*\b(?:zurueck ?(?:zu ?)?zieh\w*|zurueck ?(?:zu ?)?nehm\w*|widerruf\w*|"
    r"storni\w*|absagen|zurueck$)",
    r"\b(?:ziehe[n]?|nehme[n]?|storniere[n]?|widerrufe[n]?) (?:\w+ ){0,5}?(?:zusage|anmeldung)\b",
    r"\b(?:muss|muessen) (?:\w+ ){0,4}?(?:doch|nun|wieder|kurzfristig) (?:\w+ ){0,2}?absagen\b",
    r"\bdoch nicht (?:kommen|teilnehmen)\b",
    r"\b(?:withdraw|cancel|retract) (?:my|our) (?:acceptance|registration|participation)\b",
)

# What takes the certainty from an answer in the same sentence.
HEDGE = any_of(
    r"\b(?:wenn|falls|sofern|sobald|solange|ob|ggf|gegebenenfalls|womoeglich|sollte[n]?|es sei denn)\b",
    r"\bvor(?:laeufig|erst|behalt\w*)\b|\bprovisorisch\b|\bunverbindlich\b|\boptional\b|\bgeplant\b",
    r"\bplane[n]? (?!sie)",
    r"\b(?:zu|ab)sage\b.{0,40}\b(?:dann|spaeter|folgt|folgen|demnaechst|in kuerze|naechste\w*|nachreichen)\b",
    r"\bnicht (?:fest |sicher |heute |jetzt )?(?:versprechen|garantieren|zusichern)\b",
    r"\bnoch (?:nicht|kein\w*|unklar|offen|ungewiss|unsicher|keine)\b|\b(?:nicht|un)sicher\b",
    r"\bnicht (?:ganz )?(?:sicher|klar)\b|\bsieht (?:es )?(?:\w+ )?so aus\b",
    r"\bnach (?:jetzigem|derzeitigem|aktuellem) stand\b|\bstand jetzt\b",
    r"\b(?:aktuell|derzeit|momentan) (?:kann|koennen|plane|gehe|sieht|rechne)\w*\b",
    r"\b(?:versuche[n]?|bemuehe[n]?|hoffe[n]?|hoffentlich|glaube|denke|schaetze|vermute|wohl)\b",
    r"\bgehe[n]? (?:\w+ ){0,4}?(?:davon|von einer teilnahme) aus\b",
    r"\bvorausgesetzt\b|\bunter der (?:voraussetzung|bedingung)\b",
    r"\bdann (?:sage|komme|nehme|melde|kaeme)\w* (?:ich|wir)\b",
    r"\baendern (?:kann|koennte)\b|\b(?:kann|koennte) sich (?:\w+ ){0,3}?aendern\b",
    r"\b(?:online|digital\w*|virtuell\w*|hybrid|livestream|zoom|per video\w*|videokonferenz)\b",
    r"\b(?:soweit|meines wissens|angeblich|gehoert|hoere[n]?|laut)\b",
    r"\b(?:if|unless|provided|might|hope|hopefully|think|should be able|not sure|as soon as|depending)\b",
)

MAYBE = any_of(
    r"\b(?:grundsaetzlich|prinzipiell|im prinzip|haengt|abhaengig|je nach\w*|kommt (?:darauf|drauf) an|unter "
    r"vorbehalt|vorbehaltlich)\b",
    r"\b(?:eventuell|evtl|vielleicht|voraussichtlich|wahrscheinlich|vermutlich|moeglicherweise)\b",
    r"\b(?:maybe|perhaps|probably|possibly|tentativ\w*|depends|subject to|most likely)\b",
)

PUT_OFF = any_of(
    r"\bmelde[n]? (?:ich |wir )?(?:mich|uns)\b(?!.*\ban\b)|\bgebe[n]? (?:\w+ ){0,4}?bescheid\b",
    r"\brueckmeldung (?:folgt|erhalten|erfolgt|geben)",
    r"\b(?:vorgemerkt|vormerken|weiter ?geleitet|leite[n]? .*weiter|weitergegeben|gebe[n]? .*weiter)\b",
    r"\b(?:pruefe[n]?|pruefen|klaere[n]?|klaeren|abklaeren|geklaert|(?<!nach\s)ruecksprache|abstimmen|besprechen|nachfragen)\b",
    r"\b(?:get back to you|let you know|forwarded|come back to you|will check|checking)\b",
    r"\bzu-? oder ab",
)

# Something of ours does not work for them: "der Link geht nicht" is no "no".
TECHNICAL = any_of(
    r"\b(?:link|formular|online-?anmeld\w*|anmeldeformular|webseite|website|internetseite|homepage|seite|datei|"
    r"anhang|pdf|button|browser)\b",
)

# Whoever takes part or declines speaks of that, by whatever form they do it.
NOT_TECHNICAL = any_of(r"\b(?:muss|muessen|sage|sagen|moechte|moechten)\b.*\b(?:absagen|abmelden|ab)$|\bverhindert\b")

# A second thought behind an acceptance.
SECOND_THOUGHT = any_of(
    r"\boder (?:doch )?(?:lieber )?nicht\b|^nicht$",
    r"\b(?:muss|muessen) (?:(?:ich|wir|das|es|dafuer|vorher) ){0,3}(?:noch|erst)(?: ?ein)?(?: ?mal)?(?: mal)? "
    r"(?:\S+ ){0,6}?(?:nachsehen|(?:nach)?schauen|(?:ab)?klaeren|pruefen|abstimmen|(?:nach)?fragen|ueberlegen)\b",
)

IRONY = any_of(
    r"\bna (?:toll|super|klasse|prima|wunderbar|bravo)\b|\bals (?:haette|haetten|ob) (?:ich|wir|man)\b",
    r"\bnichts besseres (?:zu tun|vor)\b|\b(?:genau )?das (?:hat|fehlt)e? (?:mir|uns) (?:gerade )?noch\b|🙄|😒",
)

# Said to a colleague, to whom the invitation was sent on.
TO_COLLEAGUE = any_of(
    r"\b(?:kannst|koenntest|magst|willst|moechtest|gehst|kommst|uebernimmst|wuerdest) (?:du|ihr)\b",
    r"\b(?:koennt|wollt|geht) ihr\b|\bbitte (?:um )?(?:uebernehmen|uebernahme)\b|\bwollen wir\b",
)

# A part of the programme: who misses that part may well come.
PART = any_of(
    r"\b(?:kann|koennen|geht|passt) (?:\w+ ){0,3}?nicht\b.*\bam \S+ (?:\S+ )?schon$",
    r"\b(?:workshop\w*|arbeitsgruppe\w*|abendessen|mittagessen|fruehstueck|stadtfuehrung|fuehrung|rundgang|"
    r"abendprogramm|bustour|konzert|vorabend\w*|pressetermin|fototermin)\b",
    r"\b(?:vormittags|nachmittags|morgens|abends|anfangs|am vormittag|am nachmittag|am abend|zu beginn)\b",
)
