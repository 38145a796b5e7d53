"""What happened in a study, told to the apps above, in the transaction in which it happened.

`clinical_change`: patients, their factors, follow-up or measurements changed; sent with `study`.
`definition_published`: a new version of what a study collects is in force; sent with `study`, and the version `before`
and `after` (clinical.selectors.definitions.Collected). A receiver that raises Refused keeps it from being published.
Who hears them stands in docs/seams.md, under "Listeners".
"""

from django.dispatch import Signal

clinical_change = Signal()
definition_published = Signal()
