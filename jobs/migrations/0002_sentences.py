"""What a job says is kept as sentences (code and parameters), not as text; a traceback has its own column."""

from django.db import migrations, models

import sentences
from sentences.operations import TextToSentence


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='job',
            name='traceback',
            field=models.TextField(blank=True, verbose_name='traceback'),
        ),
        TextToSentence(
            model_name='job',
            name='error',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='error'),
        ),
        TextToSentence(
            model_name='job',
            name='message',
            field=sentences.SentenceField(blank=True, null=True, verbose_name='what it is doing'),
        ),
        migrations.AlterField(
            model_name='job',
            name='result',
            field=sentences.JSONWithSentences(blank=True, null=True, verbose_name='result'),
        ),
    ]
