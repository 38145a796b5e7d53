"""How the 93 cytokines of the demonstration panel behave in plasma.

Each row: gene symbol, family (cytokines of one family rise and fall together), typical concentration
in pg/mL, and the share of specimens in which the assay can quantify it. The magnitudes are those usual
for suspension arrays in plasma; they are nobody's measurements.
"""

from dataclasses import dataclass

_TABLE = """
CCL1 th2 18 .85|CCL2 myeloid 40 1|CCL3 myeloid 6 .9|CCL4 myeloid 60 1|CCL5 platelet 6500 1
CCL7 myeloid 22 .8|CCL8 interferon 30 1|CCL11 th2 55 1|CCL13 th2 70 1|CCL15 tissue 4200 1
CCL17 th2 90 1|CCL19 lymphoid 160 1|CCL20 th17 15 .95|CCL21 lymphoid 2600 1|CCL22 th2 700 1
CCL23 myeloid 380 1|CCL24 th2 600 1|CCL25 tissue 480 1|CCL26 th2 14 .85|CCL27 tissue 700 1
CD163 myeloid 95000 1|CHI3L1 myeloid 42000 1|CLEC11A tissue 68000 1|CSF1 myeloid 11 .9
CSF2 th17 1.6 .6|CSF3 myeloid 24 .9|CX3CL1 interferon 130 1|CXCL1 myeloid 170 1
CXCL2 myeloid 120 1|CXCL5 platelet 620 1|CXCL6 myeloid 20 .95|CXCL8 myeloid 9 1
CXCL9 interferon 190 1|CXCL10 interferon 210 1|CXCL11 interferon 28 .95|CXCL12 tissue 780 1
CXCL13 lymphoid 40 1|CXCL16 interferon 420 1|FGF2 platelet 26 .85|HGF tissue 420 1
IFNA2 interferon 7 .7|IFNB1 interferon 5 .55|IFNG interferon 5 .8|IFNL1 interferon 14 .6
IL1A th17 6 .6|IL1B myeloid 1.4 .75|IL1RN myeloid 240 1|IL2 th17 3 .6|IL2RA lymphoid 95 1
IL3 th2 .6 .55|IL4 th2 1.8 .8|IL5 th2 12 .55|IL6 myeloid 4 .9|IL6R tissue 24000 1
IL6ST tissue 110000 1|IL7 lymphoid 11 .75|IL9 th2 180 1|IL10 myeloid 4.5 .75|IL11 tissue 3.4 .85
IL12A th17 2.8 .65|IL12B lymphoid 65 .85|IL13 th2 2.4 .65|IL15 interferon 120 .7
IL16 lymphoid 85 1|IL17A th17 8 .75|IL18 interferon 48 1|IL20 th17 20 .7|IL22 th17 9 .6
IL26 th17 22 .7|IL27 lymphoid 38 .8|IL32 interferon 85 .8|IL34 tissue 240 .9|KITLG tissue 75 1
LIF tissue 11 .7|LTA lymphoid 310 1|MIF platelet 520 1|MMP1 tissue 2900 1|MMP3 tissue 9800 1
NGF tissue 3.2 .65|PDGFB platelet 480 1|PTX3 myeloid 950 1|SPP1 tissue 21000 1|TNF myeloid 34 1
TNFRSF1A tnf 4800 1|TNFRSF1B tnf 1900 1|TNFRSF8 tnf 620 1|TNFSF10 tnf 32 1|TNFSF12 tnf 420 1
TNFSF13 tnf 92000 1|TNFSF13B tnf 6800 1|TNFSF14 tnf 75 .9|TSLP th2 16 .7|VEGFA platelet 130 .9
"""


@dataclass(frozen=True, slots=True)
class Cytokine:
    """What the simulation knows of one analyte."""

    symbol: str
    family: str
    typical: float
    quantifiable: float


def _parse() -> tuple[Cytokine, ...]:
    cells = [cell.split() for line in _TABLE.split("\n") for cell in line.split("|") if cell]
    return tuple(
        Cytokine(symbol, family, float(typical), float(quantifiable))
        for symbol, family, typical, quantifiable in cells
    )


PANEL = _parse()
SYMBOLS = tuple(cytokine.symbol for cytokine in PANEL)
FAMILIES = tuple(sorted({cytokine.family for cytokine in PANEL}))

# What one standard deviation of an informative cytokine before treatment adds to the log hazard of
# death. Most raise it; osteopontin, CX3CL1 and IL-11 lead.
EFFECT_PRE = {
    "SPP1": 0.56,
    "CX3CL1": 0.50,
    "IL11": 0.47,
    "CXCL8": 0.20,
    "IL6": 0.20,
    "CHI3L1": 0.20,
    "TNFRSF1A": 0.20,
    "PTX3": 0.20,
    "CCL23": 0.20,
    "HGF": 0.20,
    "CXCL13": 0.20,
    "IL2RA": 0.20,
    "TNFSF10": -0.20,
    "CCL22": -0.20,
}
# The same for the levels at 6 weeks, over and above those before: eleven of these, and eight that only
# treatment brings out.
EFFECT_EDT = {
    "SPP1": 0.31,
    "CX3CL1": 0.24,
    "IL11": 0.24,
    "CXCL8": 0.31,
    "IL6": 0.31,
    "CHI3L1": 0.19,
    "TNFRSF1A": 0.24,
    "PTX3": 0.19,
    "HGF": 0.19,
    "CXCL13": -0.19,
    "TNFSF10": -0.19,
    "CXCL9": -0.26,
    "CXCL10": -0.24,
    "IL18": -0.19,
    "CSF1": 0.24,
    "CD163": 0.24,
    "CCL20": 0.19,
    "TNFRSF1B": 0.26,
    "IL10": 0.19,
}
