"""Why something is stale, and what a gate said, are kept as sentences (code and parameters), not as text."""

from django.db import migrations, models

import sentences
from sentences.operations import TextToSentence


class Migration(migrations.Migration):

    dependencies = [
        ('modeling', '0002_what_was_frozen_stays'),
    ]

    operations = [
        migrations.AlterField(
            model_name='modelversion',
            name='gate',
            field=sentences.JSONWithSentences(default=dict, verbose_name='challenger against champion'),
        ),
        migrations.AlterField(
            model_name='modelversionevent',
            name='gate',
            field=sentences.JSONWithSentences(default=dict, verbose_name='challenger against champion'),
        ),
        TextToSentence(
            model_name='stalemark',
            name='reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why'),
        ),
        TextToSentence(
            model_name='stalemarkevent',
            name='reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why'),
        ),
        migrations.AddConstraint(
            model_name='stalemark',
            constraint=models.CheckConstraint(condition=models.Q(('reason__isnull', False)), name='modeling_stale_mark_has_a_reason'),
        ),
    ]
