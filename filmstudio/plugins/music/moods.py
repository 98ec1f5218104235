"""Moods: the families that music tells apart, the words that mean them, and the modes each tradition keeps for them."""

from __future__ import annotations

FAMILIES = ("joyful", "tender", "mysterious", "tense", "sad", "epic", "comic", "devotional", "romantic", "calm", "eerie", "triumphant",
            "neutral", "hopeful", "nostalgic", "grief", "wonder", "action", "menace")  # fmt: skip

_MEANING = {
    "joyful": "happy joy cheerful glad playful lively festive celebration bright merry excited exuberant fun delight",
    "tender": "gentle warm loving affection affectionate intimate caring sweet innocent lullaby compassion",
    "mysterious": "mystery mystic secretive curious enigmatic strange uncertain searching unsettled",
    "tense": "tension suspense suspenseful anxious anxiety nervous angry anger urgent fear afraid fearful conflict restless worried",
    "sad": "sorrow sorrowful melancholy melancholic gloomy lonely loneliness regret pathos wistful bittersweet hurt",
    "epic": "heroic grand majestic noble brave proud courage adventure adventurous battle war historical royal",
    "comic": "funny comedy humorous silly mischief mischievous quirky light absurd witty",
    "devotional": "sacred prayer prayerful holy spiritual devotion reverent solemn austere religious ceremonial ceremony meditative",
    "romantic": "love romance passionate yearning longing sensual desire",
    "calm": "peaceful peace serene quiet tranquil still relaxed contemplative reflective pastoral gentle_calm soft",
    "eerie": "horror scary creepy ghostly haunted haunting uncanny dread spooky terror supernatural",
    "triumphant": "triumph victory victorious exultant glorious success",
    "neutral": "none ordinary plain matter-of-fact podcast",
    "hopeful": "hope optimistic uplifting inspiring inspirational relief dawn determined",
    "nostalgic": "nostalgia memory homesick reminiscent",
    "grief": "mourning funeral tragic tragedy death loss despair lament desolate",
    "wonder": "wondrous magical magic awe fantasy dreamy enchanted sublime",
    "action": "chase fight thrilling energetic energy fast hurried",
    "menace": "menacing threat threatening evil sinister ominous dark villain violent",
}
_FAMILY_OF = {word: name for name in FAMILIES for word in (name, *_MEANING[name].split())}

WESTERN = {
    "joyful": "joyful", "tender": "tender", "mysterious": "mystery", "tense": "tense", "sad": "sad", "epic": "heroic", "comic": "comic",
    "devotional": "peaceful", "romantic": "romantic", "calm": "peaceful", "eerie": "fear", "triumphant": "triumph", "neutral": "hopeful",
    "hopeful": "hopeful", "nostalgic": "nostalgic", "grief": "grief", "wonder": "wonder", "action": "action", "menace": "menace",
}  # fmt: skip
"""Mood of western.json by family."""

HINDUSTANI = {
    "joyful": "brindavani_sarang bihag tilak_kamod khamaj", "tender": "bhupali pilu tilak_kamod",
    "mysterious": "puriya chandrakauns purvi",
    "tense": "multani marwa shree", "sad": "shivaranjani todi bageshri", "epic": "hamir darbari_kanada malkauns",
    "comic": "kafi khamaj pilu", "devotional": "ahir_bhairav bhairav yaman bhairavi",
    "romantic": "yaman bihag madhuvanti bageshri khamaj",
    "calm": "bhupali ahir_bhairav durga yaman", "eerie": "chandrakauns lalit malkauns", "triumphant": "hamir durga desh",
    "neutral": "durga bhupali kedar", "hopeful": "desh durga bhupali", "nostalgic": "pilu desh bhimpalasi",
    "grief": "bilaskhani_todi todi shivaranjani",
    "wonder": "miyan_ki_malhar jaijaivanti basant", "action": "hamir miyan_ki_malhar marwa", "menace": "shree marwa malkauns",
}  # fmt: skip
CARNATIC = {
    "joyful": "hamsadhwani mohanam shankarabharanam", "tender": "hindolam charukesi kambhoji", "mysterious": "hindolam revati",
    "tense": "hanumatodi shubhapantuvarali", "sad": "charukesi shubhapantuvarali", "epic": "shankarabharanam kalyani kambhoji",
    "comic": "abhogi hamsadhwani", "devotional": "revati mayamalavagowla madhyamavati", "romantic": "kambhoji kalyani",
    "calm": "madhyamavati mohanam", "eerie": "revati hanumatodi", "triumphant": "kalyani hamsadhwani",
    "neutral": "mohanam kharaharapriya",
    "hopeful": "mohanam hamsadhwani", "nostalgic": "kharaharapriya charukesi", "grief": "shubhapantuvarali", "wonder": "kalyani hindolam",
    "action": "hamsadhwani hanumatodi", "menace": "shubhapantuvarali hanumatodi",
}  # fmt: skip
MAQAM = {
    "joyful": "ajam bayati jiharkah", "tender": "huzam bayati sikah", "mysterious": "nawa_athar", "tense": "hijazkar nawa_athar",
    "sad": "kurd saba", "epic": "rast ajam", "comic": "nikriz jiharkah", "devotional": "bayati huzam rast", "romantic": "nahawand sikah",
    "calm": "husayni jiharkah", "eerie": "nawa_athar saba", "triumphant": "ajam rast", "neutral": "rast bayati", "hopeful": "suznak rast",
    "nostalgic": "hijaz sikah", "grief": "saba", "wonder": "nikriz nawa_athar", "action": "hijazkar ajam", "menace": "hijazkar",
}  # fmt: skip
JAPAN = {
    "joyful": "yo_(min'yo) ryukyu", "tender": "kumoi yo_(min'yo)", "mysterious": "insen", "tense": "in_(miyako-bushi) iwato",
    "sad": "in_(miyako-bushi) hirajoshi", "epic": "ritsu yo_(min'yo)", "comic": "yo_(min'yo)", "devotional": "ritsu insen",
    "romantic": "kumoi hirajoshi", "calm": "hirajoshi ritsu kumoi", "eerie": "iwato in_(miyako-bushi)", "triumphant": "yo_(min'yo) ritsu",
    "neutral": "hirajoshi yo_(min'yo)", "hopeful": "yo_(min'yo)", "nostalgic": "ryukyu kumoi", "grief": "in_(miyako-bushi)",
    "wonder": "insen ryukyu", "action": "yo_(min'yo) in_(miyako-bushi)", "menace": "iwato",
}  # fmt: skip
CHINA = {
    "joyful": "zhi gong", "tender": "yu jue", "mysterious": "jue yu", "tense": "shang yu", "sad": "yu", "epic": "shang gong",
    "comic": "zhi",
    "devotional": "gong", "romantic": "yu jue", "calm": "gong", "eerie": "jue", "triumphant": "gong zhi", "neutral": "gong",
    "hopeful": "gong zhi",
    "nostalgic": "yu jue", "grief": "yu", "wonder": "gong jue", "action": "shang zhi", "menace": "shang",
}  # fmt: skip
KOREA = {
    name: "gyemyeonjo" if name in {"mysterious", "tense", "sad", "eerie", "nostalgic", "grief", "menace"} else "pyeongjo"
    for name in FAMILIES
}

_MANDE = dict.fromkeys(FAMILIES, "kora_tomora_ba") | {
    "joyful": "kora_sauta kora_tomora_ba", "tender": "kora_hardino", "calm": "kora_hardino", "mysterious": "kora_tomora_mesengo",
    "tense": "balafon_equiheptatonic", "sad": "kora_tomora_mesengo", "eerie": "mbira_nyamaropa", "grief": "kora_tomora_mesengo",
    "comic": "balafon_pentatonic", "action": "balafon_equiheptatonic", "triumphant": "kora_sauta", "nostalgic": "kora_hardino",
}  # fmt: skip
_SOUTHERN = dict.fromkeys(FAMILIES, "mbira_nyamaropa")
_EAST = dict.fromkeys(FAMILIES, "amadinda_equipentatonic")
_ETHIOPIA = dict.fromkeys(FAMILIES, "ethiopian_tizita_major") | {
    "sad": "ethiopian_tizita_minor", "grief": "ethiopian_tizita_minor", "nostalgic": "ethiopian_tizita_major",
    "tense": "ethiopian_anchihoye",
    "mysterious": "ethiopian_anchihoye", "eerie": "ethiopian_anchihoye", "epic": "ethiopian_ambassel", "menace": "ethiopian_ambassel",
    "triumphant": "ethiopian_bati", "romantic": "ethiopian_bati", "joyful": "ethiopian_bati",
}  # fmt: skip
AFRICA = {"mande": _MANDE, "southern": _SOUTHERN, "east": _EAST, "ethiopia": _ETHIOPIA}
"""Mode by region, then family: a people and a place first."""


def family(*words: str) -> str:
    """The first word that music knows, as its family; ``neutral`` when it knows none.

    >>> family("Joyful"), family("heart-warming, gentle"), family("xyzzy", "sad"), family("")
    ('joyful', 'tender', 'sad', 'neutral')
    """
    for word in words:
        for piece in word.lower().replace(",", " ").replace("-", " ").replace("/", " ").split():
            if piece in _FAMILY_OF:
                return _FAMILY_OF[piece]
    return "neutral"
