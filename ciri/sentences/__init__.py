"""What the method remarks: code -> English sentence, with a place for each parameter.

Reports keep the codes for good, so a code stays when its sentence is reworded, and says one thing alone.
"""

from ciri.sentences.figures import FIGURES
from ciri.sentences.groups import OF_GROUPS
from ciri.sentences.lists import LISTS
from ciri.sentences.performance import COMPARISONS, EVALUATIONS
from ciri.sentences.specifications import DESCRIPTIONS
from ciri.sentences.storage import FAULTS
from ciri.sentences.training import CAUTIONS, OF_TRAINING, YARDSTICKS

SENTENCES: dict[str, str] = {
    **CAUTIONS,
    **OF_TRAINING,
    **YARDSTICKS,
    **COMPARISONS,
    **EVALUATIONS,
    **OF_GROUPS,
    **FIGURES,
    **DESCRIPTIONS,
    **FAULTS,
    **LISTS,
}
