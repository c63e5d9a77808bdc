"""The words and patterns by which names, degrees and forms of address are known."""

from __future__ import annotations

import re

from invite_pipeline.domain.recipient import Gender

GENDERS: dict[str, Gender] = {
    **dict.fromkeys(["f", "w", "frau", "fr", "weiblich", "female", "ms", "mrs", "miss", "madame", "mme", "mlle"], "f"),
    **dict.fromkeys(["m", "herr", "herrn", "hr", "hrn", "männlich", "male", "mr", "monsieur"], "m"),
    **dict.fromkeys(["d", "divers", "diverse", "mx", "nonbinary", "nichtbinär"], "d"),
    **dict.fromkeys(["", "unbekannt", "unknown", "x", "u", "keine"], ""),
    **dict.fromkeys(["herr/frau", "frau/herr", "herrn/frau", "frau/herrn", "mr/ms", "ms/mr", "m/w", "m/w/d"], ""),
}
SHORT = frozenset({"f", "m", "d", "w", "x", "u", "fr", ""})
"""What says a gender in a column of its own, and is an initial or a name elsewhere."""

FOR = re.compile(
    r"^(?:z\.?\s*Hd\.?n?\.?|z\.?\s?H\.|zu\s+Händen|zu\s+Hd\.|attn\.?:?|attention:?|c/o|An)"
    r"(?:\s+(?:v\.|von|des|der|of))?:?\s+(?:(?=\S))",
    re.IGNORECASE,
)
ACADEMIC = (
    r"(?:(?:Univ|Hon|Jun)\.-|apl\.)?Prof\.?(?:[:*_/'’-]*in\.?)?|(?:Univ\.-|Honorar|Junior)?Professor(?:in)?|PD|"
    r"Priv\.-Doz\.|Privatdozent(?:in)?|Doz\.|D?Dres\.|D?Dr\.?(?:[:*_/'’-]*in\.?)?|Dr\.?-(?:Ing|phil|med)\.?|Dipl\.-\w+\.?|Dipl\.|Ing\.|"
    r"Mag\.(?:a|\(FH\))?|Magister|Lic\.|StD|OStD|OStR"
)
FACULTY = (
    r"h\.\s?c\.|e\.\s?h\.|E\.\s?h\.|mult\.|em\.|emer\.|apl\.|a\.\s?o\.|rer\.|nat\.|med\.|dent\.|vet\.|phil\.|jur\.|"
    r"iur\.|pol\.|oec\.|publ\.|soc\.|theol\.|habil\.|paed\.|agr\.|techn\.|sc\.|mus\.|päd\.|troph\.|ing\.|\(FH\)|"
    r"\((?:TU|BA|DH|HS|Univ)\.?\)|h\.|c\.|et"
)
DEGREE = re.compile(rf"(?:{ACADEMIC})$", re.IGNORECASE)
AFTER_DEGREE = re.compile(rf"(?:{FACULTY})$", re.IGNORECASE)
SUFFIX = re.compile(
    r"(?:^|[,\s]+)\(?(Dipl\.-\w+\.?|[BM]\.?\s?(?:A|Sc|Eng|Ed|Mus)\.|MBA|MPA|LL\.\s?[BM]\.|Ph\.\s?D\.|PhD|OBE|MBE|CBE|"
    r"OSB|OSF|OFM|OP|SJ|SVD|SDB|OCist|"
    r"(?:Bachelor|Master|Magister)\s+of\s+\w+|jun\.|sen\.|jr\.|sr\.|junior|senior)\)?$"
)
BEFORE_NAME = re.compile(r"^([BM]\.\s?(?:A|Sc|Eng|Ed|Mus)\.|MBA|LL\.\s?[BM]\.),?\s+(?=\S+\s+\S)")
"""What belongs behind the name, and stands before it."""
NAME_PARTICLE = r"von|van|vom|zu|zum|zur|de|der|den|des|du|dos|da|ten|ter|te|di|del|della|la|le|el|al|bin|ibn|op"
NOBLE = (
    r"(?:Reichs|Erb|Land|Burg|Mark|Alt|Pfalz)?[Gg]raf|(?:Reichs|Mark)?[Gg]räfin|Fürst|Fürstin|(?:Erb)?[Pp]rinz|"
    r"(?:Erb)?[Pp]rinzessin|Freiherr|Freifrau|Freiin|Frhr\.|Frfr\.|Baron|Baronin|Baroness|Ritter|Edler|Edle|Herzog|"
    r"Herzogin|Komtess|Comtesse"
)
PARTICLE = re.compile(rf"^(?:{NAME_PARTICLE}|{NOBLE}|v\.|d\.)$")
NOBLE_TITLE = re.compile(rf"^(?:{NOBLE})$")
NOBLE_MAN = re.compile(r"^(?:\w*[Gg]raf|Fürst|\w*[Pp]rinz|Freiherr|Frhr\.|Baron|Ritter|Edler|Herzog)\s")
NOBLE_WOMAN = re.compile(
    r"^(?:\w*[Gg]räfin|Fürstin|\w*[Pp]rinzessin|Freifrau|Freiin|Frfr\.|Baronin|Baroness|Edle|Herzogin|Komtess|Comtesse)\s"
)
FORM = r"(?:Frau|Herrn?|Hrn?\.|Fr\.|Ms|Mrs?|Mme|Madame|Monsieur)"
AND = r"\s*(?:\bund\b|\bu\.|&|\band\b|\bet\b|\+|/|;|\n|\bsowie\b)\s*"
TOGETHER = re.compile(rf"(?:{AND}|,\s*)(?={FORM}\.?\s+\S)")
PAIR = re.compile(rf"^({FORM})\.?{AND}({FORM})\.?\s+(.+)$")
EITHER = re.compile(r"^(?:Herrn?\s*/\s*Frau|Frau\s*/\s*Herrn?|Mr\.?\s*/\s*Ms\.?|Herrn?\s+oder\s+Frau)\s+")
GREETING = re.compile(
    r"^(?:Sehr\s+(?:geehrte|verehrte)[rns]?|Liebe[rns]?|Verehrte[rns]?|Guten\s+Tag|Hallo|Dear)\s+", re.IGNORECASE
)
EXCELLENCY = re.compile(
    r"^(?:(?P<man>S\.\s?E(?:\.|xz\.)|S[re]\.\s?Exz(?:ellenz|\.)|Seiner?\s+Exzellenz)|"
    r"(?P<woman>I\.\s?E(?:\.|xz\.)|Ihrer?\s+Exzellenz)|H\.\s?E\.|Exzellenz)\s*,?\s+(?:(?:dem|den|der|die)\s+)?"
)
GENTLEMEN = re.compile(rf"^(Herren|Damen|Frauen)\s+(.+?){AND}(.+)$")
FRENCH_OFFICE = re.compile(r"^(?:le|la|l['’])\s*(?=\S)")
NOT_A_NAME = re.compile(
    r"^(?:die\s+|der\s+)?(?:Stadt|Gemeinde|Kreis|Landkreis|Verein|Verband|Samtgemeinde|Bezirk|Land|Landtag|Rat|Firma|"
    r"Universität|Hochschule|Tel|Telefon|Mobil|Fax|Handy)\b|\d{3}|@|\be\.\s?V\.|\bGmbH\b"
)
COUPLE = re.compile(r"^(?:(?:die|den|Die|Den)\s+)?(Eheleuten?|Ehepaar|Familie|Fam\.)\s+(.+)$")
ASIDE = re.compile(r"(?:^|\s+)[(\[]([^()\[\]]*)[)\]]")
COMPANY = re.compile(
    r",?\s+(?:(?:und|u\.|&|\+|mit|nebst|samt|sowie|in)\s+(?:(?:(?:s|ihr|dess|der)\w*\s+)?(?:Frau|Herrn?)\s+)?"
    r"(?:Frau|Mann|Gattin|Gatten?|Gemahl(?:in)?|Ehefrau|Ehemann|Ehegatt(?:en?|in)|Lebensgefährt(?:en?|in)|"
    r"(?:Ehe|Lebens)?[Pp]artner(?:in)?|Begleitung|Begleitperson|Familie|Kollegen|Kolleg(?:e|in|innen)|Team))$"
)
CARE_OF = re.compile(r"[\s,;]+((?:c/o|c\. ?o\.|p\. ?A(?:dr)?\.|℅|bei\s+(?:Familie|Fam\.))\s*\S.*)$", re.IGNORECASE)
TWO_FIRST_NAMES = re.compile(r"^([^\W\d_][\w-]+)\s+(?:und|u\.|&)\s+([^\W\d_][\w-]+)\s+(\S.*)$")
BORN = re.compile(r",?\s+geb(?:\.|orene?)\s+[\w-]+")
NOBODY = re.compile(
    r"^(?:(?:sehr geehrte )?damen und herren|n\.?\s?n\.?|vakant|(?:derzeit )?unbesetzt|unbekannt|offen|entfällt|"
    r"keine?r?|wechselnd|siehe oben|s\. ?o\.|dito|an alle|[-–./?]+)\.?,?$",
    re.IGNORECASE,
)
UNIT = re.compile(
    r"^(?:[\w.-]*(?:büro|referat|abteilung|fachbereich|fachdienst|dezernat|sekretariat|geschäftsstelle|stabsstelle|"
    r"vorzimmer|verwaltung|geschäftsführung|vorstand|präsidium|poststelle|kanzlei|zentrale|kulturamt|hauptamt|"
    r"schulamt|sozialamt|jugendamt|presseamt|bauamt|ordnungsamt|bürgeramt|ausschuss|fraktion|arbeitskreis|komitee)|"
    r"amt|team|abt\.|fb|stabstelle|office|department|sachgebiet|bereich|service|cabinet|secretariat|bureau|rathaus)"
    r"(?:\s|$)",
    re.IGNORECASE,
)
