"""What happened in a study, told to the apps above, in the transaction in which it happened.

`clinical_change`: patients, their factors, follow-up or measurements changed; sent with `study`. Who hears it
stands in docs/seams.md, under "Listeners".
"""

from django.dispatch import Signal

clinical_change = Signal()
