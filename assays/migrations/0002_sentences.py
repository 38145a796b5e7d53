"""The reasons of exclusions, and the notes of a plate's reading, are kept as sentences (code and parameters), not as text."""

from django.db import migrations, models

import sentences
from sentences.operations import TextToSentence


class Migration(migrations.Migration):

    dependencies = [
        ('assays', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='exclusion',
            name='assays_exclusion_has_a_reason',
        ),
        migrations.RemoveConstraint(
            model_name='exclusion',
            name='assays_exclusion_is_lifted_with_a_reason',
        ),
        TextToSentence(
            model_name='exclusion',
            name='lift_reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why it was lifted'),
        ),
        TextToSentence(
            model_name='exclusion',
            name='reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why'),
        ),
        TextToSentence(
            model_name='exclusionevent',
            name='lift_reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why it was lifted'),
        ),
        TextToSentence(
            model_name='exclusionevent',
            name='reason',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='why'),
        ),
        migrations.AlterField(
            model_name='platerun',
            name='notes',
            field=sentences.JSONWithSentences(blank=True, default=list, verbose_name='how it was read'),
        ),
        migrations.AlterField(
            model_name='platerunevent',
            name='notes',
            field=sentences.JSONWithSentences(blank=True, default=list, verbose_name='how it was read'),
        ),
        migrations.AddConstraint(
            model_name='exclusion',
            constraint=models.CheckConstraint(condition=models.Q(('reason__isnull', False)), name='assays_exclusion_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='exclusion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lift_reason__isnull', True), ('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lift_reason__isnull', False), ('lifted_at__isnull', False)), _connector='OR'), name='assays_exclusion_is_lifted_with_a_reason'),
        ),
    ]
