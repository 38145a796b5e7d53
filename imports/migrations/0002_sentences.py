"""What an import says, in its message and its preview, is kept as sentences (code and parameters), not as text."""

from django.db import migrations

import sentences
from sentences.operations import TextToSentence


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0001_initial'),
    ]

    operations = [
        TextToSentence(
            model_name='importbatch',
            name='message',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='message'),
        ),
        migrations.AlterField(
            model_name='importbatch',
            name='preview',
            field=sentences.JSONWithSentences(blank=True, help_text='Counts and rows: new, changed (old, new), unchanged, rejected (column, value, why).', null=True),
        ),
        TextToSentence(
            model_name='importbatchevent',
            name='message',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='message'),
        ),
    ]
