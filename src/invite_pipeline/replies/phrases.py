"""What people say when they accept, decline or put off, in German and English: tables of expressions, to be read.

All are matched against folded clauses or sentences (small letters, "ä" as "ae", no full stop at the end). Precision
goes before coverage: a phrase stands here only where it means this in every letter that could hold it.
"""

from __future__ import annotations

from invite_pipeline.replies.patterns import any_of

# Filling words that may stand between the parts of a phrase without changing what it says.
_FILL = r"(?:(?!nicht\b|kein|sie\b)[\w'.:/&-]+ ){0,10}?"
_COME = (
    r"(?:kommen|teilnehmen|teil ?zu ?nehmen|erscheinen|da ?sein|dabei ?sein|mit dabei ?sein|anwesend ?sein"
    r"|vor ort ?sein|wahrnehmen|zusagen|anreisen)"
)
_END = r"(?=$| (?:und|mit|fuer|als|bzw|da|weil|wegen|am|zum|zur|zur veranstaltung|an der)\b)"
_TO_WHAT = (
    r"(?:(?:leider|persoenlich|selbst|mehr|auch|daran|dazu|an|am|zu|zum|zur|der|die|das|den|dem|diesem|dieser|diesen|"
    r"ihrer|"
    r"ihrem|ihren|ihre|veranstaltung|einladung|termin|tag|event|treffen|landtag|freundlichen?|folge|gerne?|\d+\.?|"
    r"januar|"
    r"staedtepartnerschaften?) ){0,9}"
)

YES = any_of(
    r"\b(?:duerfen|koennen) (?:fest )?auf (?:mich|uns) zaehlen$|\b(?:bin|sind) (?:\w+ ){0,3}?(?:mit )?von der partie\b",
    # kommen
    rf"\b(?:ich|wir) {_FILL}komme[n]?\b(?! (?:auf|darauf|drauf|zurueck|nicht|aus|gerade|von|spaeter auf|dem|ihrer "
    rf"bitte))",
    r"\bkomme[n]? (?:ich|wir)\b(?! (?:auf (?:sie|dich|euch|ihr|das|die)|darauf|drauf|zurueck|aus|dem|ihrer bitte))",
    r"^(?:und |aber )?komme[n]? (?:(?:auch|diesmal|dieses jahr|natuerlich|trotzdem|dennoch|sehr|aber|wieder) ){0,4}"
    r"gern[e]?\b(?! auf)",
    r"\bteilnahme ist (?:mir|uns) (?:\w+ )?moeglich$|\b(?:ich|wir) schaffe[n]? (?:es|das)(?: (?:gern|gut|sicher))?$",
    r"^komme[n]?(?: sicher| auch| natuerlich)?(?: zu \w+| mit \w+ person\w*)?$",
    r"\b(?:ich|wir) (?:komme?n?|schaue?n?) (?:(?!nicht\b)\w+ ){0,3}?vorbei\b",
    r"\b(?:es )?kommen (?:nur |nun |jetzt |insgesamt |lediglich |noch ){0,2}(?:\d+|zwei|drei|vier|fuenf|sechs) "
    r"(?:person\w*|mitglied\w*|vertreter\w*|gaeste)\b",
    r"^(?:sehr )?gern[e]? komme[n]? (?:ich|wir)?\b(?! auf)",
    rf"\b(?:herr|frau|kolleg\w+|stellvertret\w+|mitarbeiter\w*|verein|komitee|stadt|gemeinde|kreis|delegation|"
    rf"\w*meister(?:in)?|landr\w+|vorsitzende[r]?|praesident(?:in)?|dezernent(?:in)?|beigeordnete[r]?|"
    rf"vertreter(?:in)?) {_FILL}kommt\b(?! (?:auf|darauf|zurueck|aus|es|mir))",
    # werden, können, möchten kommen
    rf"\b(?:werde|werden|wird|kann|koennen|moechte|moechten|darf|wollen|will) {_FILL}{_COME}\b",
    rf"\b{_COME} (?:werde|werden|wird|kann|koennen|moechte|moechten)\b",
    # teilnehmen
    rf"\b(?:nehme|nehmen|nimmt)\b(?! sie) {_FILL}teil\b",
    r"\b(?:gern[e]? )?teilnehme\b",
    # zusagen
    rf"\bsag(?:e|en|t)\b(?! sie) {_FILL}zu{_END}",
    rf"\b(?:moechte|moechten|kann|koennen|darf|duerfen|will|wollen|freue) {_FILL}(?:zusagen|zuzusagen)\b",
    r"^(?:hiermit |gern[e]? |anbei |hier |(?:die|eine|meine|unsere|verbindliche) ){0,3}zusage\b(?! (?:folgt|steht|"
    r"zurueck|unter|noch|haengt|oder))",
    # dabei sein, wahrnehmen, annehmen
    rf"\b(?:bin|sind|ist) {_FILL}dabei\b(?!.* zu \w+en)",
    r"^(?:sehr )?gern[e]? (?:mit )?dabei\b",
    r"\b(?:bin|sind) (?:ich |wir )?(?:gern[e]? |sicher |auf jeden fall |natuerlich ){0,2}(?:da|am start)$",
    r"\b(?:lasse[n]?|lass) (?:ich |wir )?(?:mir |uns )(?:das |es |den termin )?nicht (?:entgehen|nehmen)\b",
    rf"\b(?:termin|einladung|veranstaltung|gelegenheit) {_FILL}(?:nehme[n]?|nimmt) {_FILL}(?:wahr|an)$",
    rf"\b(?:ist|sind|wird|werden) {_FILL}mit {_FILL}(?:mitglied\w*|person\w*|vertreter\w*|delegation) vertreten\b",
    r"\b(?:ist|wird) (?:es )?(?:mir|uns) (?:eine? )?(?:\w+ ){0,2}?(?:ehre|freude|vergnuegen)\b.*\b(?:folgen|"
    r"teilzunehmen|anzunehmen|dabei zu sein|zu kommen|folge zu leisten)$",
    r"\bleiste[n]? (?:ich |wir )?(?:\w+ ){0,4}?(?:gern[e]? )?folge$",
    r"^(?:dass )?es (?:bei (?:mir|uns) )?(?:\w+ )?(?:klappt|passt)$",
    r"^(?:das )?(?:klappt|passt) (?:bei )?(?:mir|uns)\b(?! nicht)",
    r"\b(?:merken|halten) sie (?:bitte )?(?:\S+ ){0,5}?(?:plaetze|platz|personen)\b.*\b(?:vor|frei)$",
    r"^(?:teilnehmer(?:zahl|anzahl)?|teilnehmende|personenzahl|anzahl(?: der)?(?: personen| teilnehm\w+)?|"
    r"anzahl teilnehm\w+|(?:als )?(?:rueckmeldung|anmeldung))\s*: ?[1-9]\d?\b",
    rf"\b(?:kann|koennen|werde|werden|komme|kommen) {_FILL}(?:dazu ?stossen|hinzu ?stossen|hinzukommen|dazu ?kommen)$",
    rf"\b(?:nehme|nehmen|nimmt)\b(?! sie) {_FILL}(?:termin|einladung|veranstaltung|gelegenheit) {_FILL}(?:wahr|"
    rf"an){_END}",
    rf"\b(?:einladung|die ich|die wir) {_FILL}(?:annehme[n]?|wahrnehme[n]?)\b(?! (?:koennte|wuerde))",
    r"\bfolge[n]? (?:ich |wir )?(?:sehr )?(?:gern[e]? )?(?:ihrer|der|dieser) (?:freundlichen )?einladung\b",
    r"\b(?:ihrer|der|dieser) (?:freundlichen )?einladung folge[n]? (?:ich|wir)\b",
    r"^der (?:ich|wir) (?:sehr )?(?:gern[e]?|mit freude) (?:folge[n]?|nachkomme[n]?)$",
    # anmelden
    rf"\bmelde[n]?\b(?! sie sich) {_FILL}(?:sie )?(?:mich|uns|herrn?|frau|\d+|zwei|drei|vier|fuenf|folgende\w*) "
    rf"{_FILL}an{_END}",
    rf"\bbitte melden sie (?:mich|uns|herrn?|frau)\b {_FILL}an{_END}",
    rf"\bfolgende\w* {_FILL}melde[n]? (?:ich|wir) (?:hiermit |gern[e]? )?an\b",
    r"\bauf die (?:teilnehmer|teilnehmenden|gaeste|anmelde)\w*liste\b",
    r"\bals (?:\w+ )?(?:zusage|anmeldung) (?:betrachten|werten|verstehen|ansehen|zu)\b",
    r"\b(?:betrachten|werten|verstehen) sie .{0,60}\bals (?:\w+ )?(?:zusage|anmeldung)\b",
    r"\bbleib(?:t|e|en) (?:es )?bei (?:meiner|unserer|der) (?:zusage|anmeldung)\b",
    r"\b(?:meine|unsere) (?:\w+ )?zusage (?:zu )?(?:uebermitteln|mitteilen|mitzuteilen|geben|aussprechen)\b",
    rf"\b(?:moechte|moechten) {_FILL}(?:mich|uns|herrn?|frau|\d+|zwei|drei|vier) {_FILL}anmelden\b",
    r"^(?:hiermit |(?:die|eine|meine|unsere|verbindliche) ){0,3}anmeldung (?:von|fuer|mit)\b",
    rf"\b(?:reservieren|notieren|planen|tragen) sie (?:bitte )?{_FILL}(?:mich|uns|fuer (?:mich|uns)|plaetze|"
    rf"plaetzen|personen)\b",
    rf"\bbestaetige[n]?\b(?! sie) {_FILL}(?:teilnahme|kommen|anmeldung|zusage)\b",
    r"\b(?:sie (?:koennen|duerfen) (?:fest )?mit (?:mir|uns)|mit (?:meiner|unserer) teilnahme (?:koennen|duerfen) sie"
    r"(?: fest)?) rechnen\b|\brechnen sie (?:bitte |fest )?mit (?:mir|uns)\b",
    rf"\bfreue[n]? (?:mich|uns) {_FILL}(?:dabei zu sein|teilnehmen zu|teilzunehmen|kommen zu|auf (?:die|meine|"
    rf"unsere) teilnahme)\b",
    r"^(?:teilnahme|antwort|rueckmeldung|ich komme|wir kommen)\s*: ?(?:ja|zusage|zugesagt)\b",
    # English
    r"\b(?:i|we|mr|mrs|ms|dr)\b (?:\w+ ){0,4}?(?:will|'ll|shall|can|plan to) (?:\w+ ){0,3}?(?:attend|come|be there|"
    r"join|participate|take part|attending|coming|joining)\b",
    r"\b(?:i|we)'ll (?:\w+ ){0,3}?(?:attend|come|be there|join|participate|take part)\b",
    r"\b(?:am|are|is|would be|'m|'re) (?:\w+ ){0,2}?(?:happy|pleased|delighted|glad|honou?red) to (?:attend|accept|"
    r"come|join|participate|confirm)",
    r"\b(?:gladly |happily |hereby )?accept(?:s)? (?:the|your|this) (?:\w+ ){0,2}?invitation\b",
    r"\bcount (?:me|us) in\b",
    r"\bplease (?:register|sign up|book|reserve)\b.*\b(?:me|us|persons?|people|seats?|places?|for)\b",
    r"\blooking forward to (?:attending|joining|participating|being there)\b",
    r"\b(?:i|we) (?:hereby )?confirm (?:my|our) (?:participation|attendance)\b",
)

# Where one of these stands, "kommen" and "zu" mean something else.
IDIOM = any_of(
    r"\bkomme[n]? .{0,40}\b(?:ins gespraech|zur sache|in kontakt|ins geschaeft|zu wort)\b",
    r"\bauf (?:sie|dich|euch|das|die|den|ihr\w*) .*\bzu(?:rueck)?\b|\bzurueck(?:kommen|komme)?\b",
    r"\bnicht umhin\b",
    r"\bkomme[n]? .{0,30}\b(?:erst|gerade|endlich|heute|nun|jetzt) (?:\w+ )?dazu\b",
    r"\bzu (?:oder|bzw) ab\b|\bzu- (?:oder|bzw) ab",
)

# A word that answers only where it is the whole sentence.
YES_ALONE = any_of(
    r"^(?:ja|jawohl)(?: (?:sehr )?gern[e]?| natuerlich| klar| bitte)?(?: danke| vielen dank)?$",
    r"^yes(?: please| thank you| thanks)?$",
)
NO_ALONE = any_of(
    r"^(?:ja )?(?:leider|bedauerlicherweise) (?:nein|nicht|ohne (?:mich|uns))$",
    r"^(?:leider|bedauerlicherweise|mir leider|uns leider) nicht (?:moeglich|machbar|dabei)$",
    r"^(?:diesmal |dieses mal |leider ){0,2}ohne (?:mich|uns)(?: leider)?$",
    r"^(?:da )?bin (?:ich )?(?:leider |da )?raus$",
    r"^nein(?: leider| danke| leider nicht| vielen dank)*$",
    r"^(?:diesmal|dieses mal|dieses jahr|heuer|dieses mal wieder) leider nicht$",
    r"^no(?: thank you| thanks)?$",
)

# What is said over several clauses: somebody's yes told by somebody else, lists of names.
YES_OVER_CLAUSES = any_of(
    rf"\b(?:teile[n]?|mitzuteilen|mitteilen|ausrichten|bestaetige[n]?|informiere[n]?)\b.*, dass (?:er|sie|herr|"
    rf"frau|der|die|unser\w*) {_FILL}(?:teilnimmt|kommt|zusagt|dabei ist|teilnehmen wird|kommen wird|"
    rf"(?:einladung|termin) {_FILL}(?:annimmt|wahrnimmt|folgt))$",
    r"\bnehmen\b(?! sie) (?:\S+ ){1,16}teil$",
    r"\bmelde[n]? (?:\S+ ){0,4}?(?:teilnehm\w+|personen|mitglieder|vertreter\w*) an\b",
    r"\b(?:beschlossen|entschieden|entschlossen)\b.*\b(?:anzunehmen|teilzunehmen|zu kommen|zuzusagen)$",
    r"^(?:ja|jawohl)\b,? (?:sehr |aber )?gern[e]?,? (?:mit|zu) (?:\S+ )?(?:person\w*|zweit|dritt|viert|fuenft)$",
)
TAKES_NO_BACK = any_of(r"\babsage\b.*\bzurueck ?(?:zu ?)?(?:nehm|zieh)\w*")

PAST_YES = any_of(
    rf"\b(?:habe|haben|hat|hatte|hatten|bereits|schon) {_FILL}(?:zugesagt|angemeldet|meine zusage)\b",
    r"^(?:hiermit )?(?:zugesagt|angemeldet)$",
)

NO = any_of(
    r"\b(?:muss|muessen) (?:\w+ ){0,4}?einen korb geben$",
    rf"\bnicht {_TO_WHAT}(?:{_COME}|annehmen|folgen|nachkommen|einrichten|ermoeglichen|realisieren|leisten)\b",
    r"^(?:diesmal|dieses mal|dieses jahr|heuer|in diesem jahr) leider (?:nicht|nein|ohne (?:mich|uns))$",
    r"\b(?:muss|muessen) (?:\w+ ){0,3}?(?:ich|wir|leider|diesmal) (?:\w+ ){0,2}?passen$",
    r"\b(?:bin|sind|ist) (?:\S+ ){0,4}?nicht (?:mit )?dabei$|\bnicht (?:\w+ )?vertreten(?: sein)?$",
    r"\b(?:ich|wir|leider) (?:werde|werden|muss|muessen)(?: (?:leider|da|diesmal|an diesem tag)){0,2} fehlen$",
    r"\b(?:wird|werden) (?:\w+ ){0,4}?leider nichts$",
    r"\bsag(?:e|en) (?:ich |wir )?(?:leider )?nicht zu$",
    r"\bbitte(?:n)? (?:\w+ )?(?:mich|uns|ihn|herrn? [\w-]+|frau [\w-]+) (?:(?:fuer|bei|an) .{0,40})?zu entschuldigen$",
    r"\bentschuldigen sie (?:bitte )?(?:mich|uns|herrn?|frau|(?:meine|unsere) abwesenheit)\b(?!.*(?:spaet|rueckmeldung|"
    r"antwort|verzoeger|wenn|falls|unterlauf|fehler|stoer))",
    r"\b(?:ausserstande|ausser stande|nicht imstande|nicht in der lage)\b.*\b(?:teilzunehmen|teilnehmen|zu kommen|"
    r"zu entsenden|zu schicken|zu folgen|wahrzunehmen)\b",
    r"\bkeine (?:\w+ )?moeglichkeit (?:\w+ ){0,2}?(?:teilnahme|teilzunehmen|zu kommen|fuer eine teilnahme)\b",
    r"\b(?:kalender|terminkalender|terminlage|terminplan\w*|dienstplan)\b.*\blaesst .{0,40}\bnicht zu$",
    r"\bmit (?:mir|uns|meiner teilnahme|unserer teilnahme) (?:\w+ ){0,3}?nicht (?:\w+ )?(?:zu )?rechnen$",
    r"\brechnen sie (?:\w+ )?nicht (?:\w+ )?mit (?:mir|uns)\b",
    r"\bvon (?:einer|meiner|unserer|der) teilnahme .{0,60}\b(?:ab|abzusehen|absehen|abstand)$",
    r"\b(?:von|aus) (?:der|ihrer) (?:teilnehmer|teilnehmenden|gaeste|anmelde)\w*liste\b.{0,40}\b(?:streich|nehm|"
    r"loesch|entfern)|\b(?:streich|nehm|entfern)\w* .{0,40}\b(?:teilnehmer|teilnehmenden|gaeste|anmelde)\w*liste\b",
    r"^(?!.*(?:newsletter|verteiler|mailing)).*\b(?:moechte|muss|muessen|moechten|wollen|will) .{0,40}?(?:mich|uns) "
    r".{0,60}?abmelden$",
    r"^(?!.*(?:newsletter|verteiler|mailing)).*\bmelde[n]? (?:sie |ich |wir )?(?:mich|uns) (?:\w+ ){0,5}?ab$",
    r"\bbleib(?:t|e|en) (?:es )?(?:leider )?bei (?:meiner|unserer|der) absage\b",
    r"\b(?:niemand|keiner) (?:[\w.-]+ ){0,4}?(?:abkoemmlich|verfuegbar|zeit)\b|\bzeit leider (?:nicht|keine)\b",
    r"\b(?:muss|muessen) (?:\w+ ){0,4}?ausschlagen\b|\b(?:hat|haben|habe|hatte) (?:\w+ ){0,6}?abgesagt$",
    r"\blaesst (?:es )?.{0,40}\b(?:kalender|terminkalender|terminlage|terminplan\w*|dienstplan)\b.{0,20}\bnicht zu$",
    r"^(?:aber |danke |dankend |leider |diesmal )*(?:ich |wir )?(?:dankend |leider |diesmal )?verzichte[n]?$",
    r"^(?:danke |nein |wir haben |ich habe |es besteht |leider )*kein(?:erlei)? interesse(?: an einer teilnahme)?$",
    r"\bkein\w* (?:\w+ )?(?:vertret\w+|person|delegation|mitglied|mitarbeit\w+) (?:\w+ ){0,3}?(?:entsenden|schicken|"
    r"stellen)\b",
    r"\bneither\b.*\bnor\b.*\b(?:available|attend|come|able|join)\b",
    r"\b(?:kann|koennen|kannst) (?:(?!noch\b)[\w.-]+ ){0,10}?nicht$",
    r"^(?:da )?(?:kann|koennen) (?:ich |wir )?leider nicht$",
    rf"\b(?:nehme|nehmen|nimmt) (?:[\w.-]+ ){{0,8}}?nicht {_TO_WHAT}teil\b|\bnicht {_TO_WHAT}teilnehme\b",
    r"\bkomm(?:e|en|t) (?:[\w.-]+ ){0,6}?nicht$",
    rf"\bsag(?:e|en|t)\b(?! sie) {_FILL}ab{_END}",
    rf"\b(?:muss|muessen|moechte|moechten|werde|werden|darf) {_FILL}absagen\b",
    r"^(?:hiermit )?absage\b(?! (?:folgt|oder))",
    rf"\b(?:habe|haben|hatte|hatten) {_FILL}abgesagt\b",
    r"^(?:hiermit |leider )?abgesagt$",
    r"\b(?:hiermit|leider|meine|unsere) (?:eine |meine |unsere |nur )?absage\b",
    r"(?<!nicht\s)\bverhindert\b",
    r"\b(?:laesst|lassen|lasse) (?:sich|mich|uns) (?:\w+ ){0,3}?entschuldigen\b",
    r"\b(?:muss|muessen) (?:mich|uns) (?:(?!fuer)\w+ ){0,4}?entschuldigen\b",
    r"\b(?:laesst|lassen) .{0,60}\bteilnahme (?:\w+ ){0,2}?nicht zu$",
    r"\bniemanden? (?:\w+ )?(?:schicken|entsenden)\b",
    r"\b(?:teilnahme|teilnehmen|teilzunehmen|kommen|dabei ?zu ?sein|termin|wahrzunehmen|anwesend|zu folgen|folge zu "
    r"leisten|mir|uns) (?:\S+ ){0,8}?nicht (?:\w+ )?(?:moeglich|machbar|vergoennt)\b",
    r"\bnicht (?:\w+ )?(?:moeglich|machbar|vergoennt)\b.*\b(?:teilnahme|teilnehmen|teilzunehmen|zu kommen|"
    r"dabei ?zu ?sein|wahrzunehmen|zu folgen)\b",
    r"\bschaffe[n]? (?:(?!noch)[\w.-]+ ){0,5}?nicht\b|\bnicht (?:zu )?schaffen\b",
    r"\b(?:klappt|passt|geht|gelingt|klappen|passen) (?:(?!noch|nur)[\w.-]+ ){0,6}?(?:leider|nicht) ?(?:nicht)?$",
    r"\b(?:verzichte[nt]?|sehe[n]?|nehme[n]?) (?:[\w.-]+ ){0,6}?(?:auf (?:eine|die|meine|unsere)|von einer|abstand "
    r"von (?:einer|der)) teilnahme\b",
    r"\b(?:niemand|keiner|keine[rn]? (?:von uns|vertreter\w*|person|kollegin\w*)) (?:[\w.-]+ ){0,6}?(?:kommen|"
    r"teilnehmen|teil|kommt|dabei)\b",
    r"\b(?:keine|ohne) (?:meine |unsere )?teilnahme\b|\bohne (?:mich|uns) (?:stattfinden|planen)\b",
    r"\b(?:waere[n]?|haette[n]?) (?:[\w.-]+ ){0,5}?gern[e]? (?:[\w.-]+ ){0,6}?(?:gekommen|teilgenommen|"
    r"dabei ?gewesen|wahrgenommen|angenommen)\b",
    r"^(?:teilnahme|antwort|rueckmeldung)\s*: ?(?:nein|absage|abgesagt)\b",
    # English
    r"\b(?:can ?not|can't|will not|won't|unable to|not able to|not be able to) (?!wait )(?:\w+ ){0,3}?(?:attend|"
    r"come|make it|join|participate|be there|accept|take part)\b",
    r"\b(?:regret|regretfully|unfortunately|sorry)\b.*\b(?:decline|unable|cannot|can't|not able|cancel|prevented|"
    r"other commitments?|another commitment)\b",
    r"\b(?:must|have to|need to|would like to) (?:\w+ ){0,2}?(?:decline|cancel)\b",
)

# A reason for staying away, which says no only beside regret or beside what one would have liked to do.
REASON_AGAINST = any_of(
    r"\b(?:im urlaub|verreist|auf (?:dienst)?reise[n]?|auf einer (?:dienst)?reise|im ausland|anderweitig|erkrankt|"
    r"krank\w*|keine zeit)\b",
    r"\b(?:ein(?:en|e)?|bereits|schon) (?:\w+ ){0,3}?(?:andere[nrs]?|anderweitige[nr]?|wichtige[nr]?|weitere[nr]?) "
    r"(?:\w+ )?(?:termin\w*|verpflichtung\w*|veranstaltung\w*)\b",
    r"\bnicht (?:in deutschland|im lande?|vor ort|in der stadt|da)$",
    r"\bleider (?:bereits |schon )?(?:an (?:dem|diesem) tag|zu (?:der|dieser) zeit|dann|da) (?:bereits |schon )?(?:in|"
    r"auf|bei)\b",
    r"\b(?:an (?:dem|diesem) tag|zeitgleich|gleichzeitig|parallel) (?:haben wir|habe ich|findet|ist bei uns)\b",
    r"\b(?:bin|sind|ist) (?:\w+ ){0,3}?(?:ausgebucht|verplant|verreist)\b",
    r"\bdazwischen ?gekommen\b|\bkalender\b.*\bvoll\b|\btermin\b.*\b(?:unguenstig|ungelegen)\b",
    r"\bterminkollision|termin(?:liche)? ?ueberschneid\w*",
    r"\banderen? (?:dienstlichen? )?(?:termine?|verpflichtungen)\b|terminlichen gruenden",
    r"\b(?:ratssitzung|kreistagssitzung|sitzung|haushaltsberatung\w*) (?:an diesem tag|zur gleichen zeit|am selben "
    r"tag|zeitgleich)\b",
)
# Said of another year, another event, or of other people.
ELSEWHERE = any_of(
    r"\b(?:zu|ab)sage (?:von|des|der) .*\b(?:liegt|lag) .*\bvor$",
    r"\bletzte[nrsm]? (?:jahr|mal|veranstaltung)\b|\bvergangene[nrsm]? (?:jahr|mal|veranstaltung)\b",
    r"\bim vorjahr\b|\bdamals\b",
    r"\b(?:falsche|andere|anderen|naechste|naechsten) (?:veranstaltung|tagung)\b",
    r"\bnaechstes (?:jahr|mal)\b",
    r"\b(?:so viele|viele|andere|alle|manche|einige|minister(?:in)?)\b",
    r"\berst\b.*\b(?:zusagen|absagen|sagen|entscheiden)\b",
)
REGRET = any_of(r"\bleider\b|\bbedauer\w+|\bschade\b|\bunfortunately\b|\bregret\w*|\bsorry\b|\baus .{0,30}gruenden\b")


OBJECTION = any_of(
    r"\b(?:aus|von) (?:\w+ ){0,3}?(?:verteiler\w*|mailverteiler|adressliste|mailingliste|mail-?liste|liste|"
    r"datenbank|adressverteiler)\b.{0,60}(?:streich|nehm|entfern|loesch|austrag|herausnehm)",
    r"\b(?:streich|entfern|loesch|nehm|trag)\w* (?:sie )?.{0,60}\b(?:aus|von) (?:\w+ ){0,3}?(?:verteiler\w*|"
    r"mailverteiler|(?:adress|mail|mailing|post|einladungs|empfaenger)?-?liste|datenbank|adressverteiler)\b",
    r"\bloesch\w* (?:sie )?.{0,40}\b(?:daten|adresse|e-?mail-?adresse)\b",
    r"\bkeine (?:weiteren |weitere |solchen )?(?:einladung\w*|e-?mails?|mails?|post|nachrichten|informationen|"
    r"werbung)\b.{0,40}\b(?:mehr|zu ?send\w*|zu ?schick\w*|erhalten|bekommen|wuensch\w*|senden|schicken)\b",
    r"\bnicht mehr (?:an)?(?:schreib\w*|kontaktier\w*|einlad\w*|einzuladen|mailen)\b",
    r"\bvon weiteren (?:einladungen|e-?mails?|mails|zusendungen)\b.*\babzusehen\b",
    r"\bwiderspr\w+ .{0,60}\b(?:verarbeitung|nutzung|zusendung|speicherung|verwendung)\b",
    r"\b(?:verarbeitung|nutzung|speicherung) .{0,60}\bwiderspr\w+",
    r"\bloesch\w* sie (?:diese|sie|das|alles)\b",
    r"\b(?:newsletter|verteiler|mailing\w*)\b.{0,40}\b(?:abmeld\w+|ab)$",
    r"\bnicht (?:mehr|weiter|laenger) (?:angeschrieben|kontaktiert|angemailt|eingeladen) (?:zu )?werden\b",
    r"\bunsubscribe\b|\b(?:remove|delete|take) (?:me|us|my|our)\b.{0,40}\b(?:list|address|database|data)\b",
    r"\bstop (?:sending|emailing)\b|\bopt[- ]out\b",
)

CONTACT = any_of(
    r"\bnicht mehr (?:\w+ ){0,3}?(?:im haus\w*|im amt|im dienst|bei uns|in unserem|taetig|zustaendig|beschaeftigt|"
    r"vorsitzende\w*|buergermeister\w*)\b",
    r"\bausgeschieden\b|\bim ruhestand\b|\bin (?:pension|rente)\b|\bverstorben\b|\bnachfolge(?:r|rin)?\b",
    r"\bzustaendig (?:ist|sind|waere)\b|\b(?:ist|sind|bin) (?:\w+ ){0,5}?(?:nicht )?zustaendig\b",
    r"\b(?:neue[rn]?|richtige[rn]?|andere[rn]?) (?:ansprechpartner\w*|ansprechperson|kontakt\w*|e-?mail-?adresse|"
    r"adresse)\b",
    r"\b(?:wenden|richten) sie (?:sich|ihre) .{0,60}\ban\b",
    r"\bno longer (?:works?|with|at|responsible|employed)\b|\bhas (?:left|retired)\b",
)

DEPUTY = any_of(
    r"\bvertritt (?:mich|uns|ihn|sie|die|den|das|unsere[n]?|herrn?|frau)\b",
    r"\b(?:mich|uns|ihn) .{0,60}\bvertritt\b",
    r"\b(?:mich|uns|ihn|sie|stadt|gemeinde|kreis|verein|komitee|verwaltung|haus|herrn? \w+|frau \w+|"
    r"meister(?:in)?)\b.{0,80}\bvertreten(?: (?:werden|wird|lassen|koennen|duerfen))?$",
    r"\b(?:wird|werden|lasse[n]?|ist|sind) .{0,80}\bdurch .{0,80}\bvertreten\b|\bvertreten durch\b",
    r"\bvertreten (?:wird|werden) .{0,40}\bdurch\b|\bdurch .{0,80}\bvertreten sein (?:wird|werden)$",
    r"\b(?:schick(?:e|en|t)|(?:ent)?sende[nt]?|delegier(?:e|en|t)|beauftrag(?:e|en|t))\b.*\b(?:herrn?|frau|kolleg\w+|"
    r"mitarbeit\w+|vertret\w+|stellvertret\w+|delegation|beigeordnet\w+|referent\w+|vorstandsmitglied\w*|"
    r"mitglied\w*|nachfolg\w+)\b",
    r"\b(?:herrn?|frau|kolleg\w+|mitarbeit\w+|stellvertret\w+|delegation|beigeordnet\w+|referent\w+) "
    r".{0,80}\b(?:schicken|entsenden|delegieren|beauftragen)\b",
    r"\b(?:an (?:meiner|unserer|seiner|ihrer) ?(?:stelle|statt)|anstelle von|stattdessen|statt (?:meiner|mir)|fuer "
    r"mich|in (?:meiner |unserer |seiner )?vertretung)\b.*\b(?:kommt|kommen|nimmt|nehmen|teilnehmen|geht|erscheint|"
    r"wahrnehmen|dabei)\b",
    r"\b(?:kommt|kommen|nimmt|nehmen|geht|wird|werden)\b.*\b(?:an (?:meiner|unserer|seiner|ihrer) ?(?:stelle|statt)|"
    r"stattdessen|statt (?:meiner|mir)|fuer mich|in (?:meiner |unserer |seiner )?vertretung|als (?:meine |unsere "
    r")?vertret\w+)\b",
    r"\b(?:vertretung|vertreter(?:in)?) (?:\w+ ){0,4}?(?:uebernimmt|ist|wird sein|kommt|nimmt)\b",
    r"\bvertretung (?:\w+ ){0,3}?(?:durch|von)\b",
    r"\b(?:will|shall) (?:attend|come|represent|join)\b.{0,40}\b(?:instead|on (?:my|our|his|her) behalf|in (?:my|"
    r"our|his|her) place)\b",
    r"\b(?:will )?represents? (?:me|us)\b",
    r"\b(?:i|we) (?:will |'ll )?(?:send|delegate) (?:my|our|two|three|a|mr|mrs|ms)\b",
)
NO_DEPUTY = any_of(
    r"\bkein\w* (?:\w+ )?(?:vertret\w+|stellvertret\w+|ersatz)\b|\b(?:vertret\w+|ersatz) .{0,40}\bnicht\b",
    r"\bniemand\w* (?:schicken|entsenden)\b|\bnicht (?:\w+ )?vertreten\b",
)
NEGATION = any_of(r"\b(?:nicht|kein\w*|nie|niemals|niemand|weder|not|never|cannot|unable|no one)\b|n't\b")
NOT_REALLY_NEGATED = any_of(
    r"\bnicht (?:nur|allein\w*|zuletzt|minder|zu zweit|versaeumen|entgehen|nehmen)\b|\bnot only\b"
    r"|\b(?:can't|cannot|can not) wait\b",
)
ADDRESSES_READER = any_of(
    r"\b(?:kommen|nehmen|sagen|nimmst|kommst) (?:sie|ihr|du)\b",
    r"\bsie (?:kommen|teilnehmen|nehmen|zusagen)\b|\bihre (?:zu|ab)sage\b",
)
ABSENT = any_of(
    r"\bnicht im (?:haus|hause|buero|dienst|amt)\b|\babwesen(?:d|heit)\b",
    r"\bwieder (?:erreichbar|im (?:buero|haus|dienst))\b|\bdringenden (?:faellen|angelegenheiten)\b",
    r"\bout of (?:the )?office\b|\bon (?:annual )?leave\b",
)
