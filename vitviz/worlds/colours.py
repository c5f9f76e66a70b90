"""The colours of the picture book. Which one a thing has says nothing about what it is."""

from __future__ import annotations

from vitviz.worlds.dice import Dice

Colour = tuple[int, int, int]

PAINTS: tuple[Colour, ...] = (
    (214, 74, 64),  # brick
    (238, 122, 96),  # coral
    (244, 164, 92),  # apricot
    (238, 196, 84),  # mustard
    (246, 224, 150),  # butter
    (150, 176, 84),  # moss
    (92, 158, 98),  # leaf
    (66, 150, 146),  # teal
    (104, 176, 214),  # sky
    (72, 112, 178),  # denim
    (136, 122, 196),  # lavender
    (150, 88, 148),  # plum
    (226, 132, 166),  # rose
    (196, 150, 112),  # biscuit
    (128, 142, 160),  # slate
    (222, 208, 186),  # linen
)
DARKS: tuple[Colour, ...] = ((62, 52, 66), (74, 54, 48), (44, 58, 76), (58, 64, 54))
LIGHTS: tuple[Colour, ...] = ((252, 246, 228), (255, 238, 190), (226, 240, 246), (250, 226, 222))
WOODS: tuple[Colour, ...] = ((124, 84, 58), (148, 104, 70), (102, 74, 60), (162, 122, 86))
SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((112, 182, 226), (222, 240, 244)),  # day
    ((150, 206, 222), (250, 240, 214)),  # hazy day
    ((244, 170, 132), (252, 226, 176)),  # evening
    ((226, 150, 176), (250, 216, 190)),  # dusk
    ((178, 164, 214), (248, 216, 214)),  # dawn
    ((42, 52, 98), (112, 100, 152)),  # night
    ((30, 62, 92), (92, 132, 150)),  # blue hour
    ((156, 214, 196), (236, 246, 218)),  # mint
    ((196, 206, 214), (234, 234, 226)),  # overcast
)
NIGHTS = (5, 6)
LANDS: tuple[Colour, ...] = (
    (122, 172, 96),
    (160, 190, 106),
    (94, 146, 112),
    (196, 186, 118),
    (216, 176, 122),
    (142, 128, 152),
    (234, 226, 214),
    (176, 140, 112),
)
WATERS: tuple[Colour, ...] = ((92, 158, 190), (78, 136, 164), (120, 184, 186), (92, 116, 168))


def varied(colour: Colour, dice: Dice, most: int = 14) -> Colour:
    """A colour a little off ``colour``, by at most ``most`` of 255 in each channel."""
    red, green, blue = (min(255, max(0, channel + dice.between(-most, most))) for channel in colour)
    return red, green, blue


def darker(colour: Colour, percent: int) -> Colour:
    """A colour with ``percent`` of its light."""
    red, green, blue = (channel * percent // 100 for channel in colour)
    return red, green, blue


def lighter(colour: Colour, percent: int) -> Colour:
    """A colour that went ``percent`` of the way to a warm white."""
    red, green, blue = (c + (w - c) * percent // 100 for c, w in zip(colour, (255, 250, 236), strict=True))
    return red, green, blue
