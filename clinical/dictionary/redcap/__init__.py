"""A REDCap project as a definition of Yogo: its data dictionary, arms, events, designation, repeats. Without Django.

What cannot be said in a definition, or might mean something else here, is never guessed: it is kept word by word in `source_text`
and told in a remark.
"""

from clinical.dictionary.redcap.dictionary import Brought, Project, read_project
from clinical.dictionary.redcap.tables import NoDictionary

__all__ = ["Brought", "NoDictionary", "Project", "read_project"]
