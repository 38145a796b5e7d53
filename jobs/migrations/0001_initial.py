import django.db.models.deletion
import sentences
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScheduledWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True, verbose_name='periodic task')),
                ('schedule', models.CharField(help_text='As it was last seen; another counts from then.', max_length=200, verbose_name='schedule')),
                ('done_until', models.DateTimeField(verbose_name='done until')),
            ],
            options={
                'verbose_name': 'scheduled work',
                'verbose_name_plural': 'scheduled work',
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('key', models.CharField(help_text='Two waiting or running jobs never share one: asking twice is asking once.', max_length=200, verbose_name='key')),
                ('payload', models.JSONField(default=dict, verbose_name='what to do')),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('succeeded', 'succeeded'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=10, verbose_name='state')),
                ('asked_again', models.BooleanField(default=False, help_text='Asked for while it ran; it runs once more when it ends.')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('max_attempts', models.PositiveSmallIntegerField(default=3, verbose_name='attempts at most')),
                ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='lease until')),
                ('fence', models.PositiveIntegerField(default=0, help_text="Rises with each claim; an old holder's writes fail.", verbose_name='fencing token')),
                ('handed_out_at', models.DateTimeField(blank=True, null=True, verbose_name='last handed to the broker')),
                ('progress', models.PositiveSmallIntegerField(default=0, verbose_name='progress (%)')),
                ('message', sentences.SentenceField(blank=True, null=True, verbose_name='what it is doing')),
                ('result', sentences.JSONWithSentences(blank=True, null=True, verbose_name='result')),
                ('error', sentences.SentenceField(blank=True, null=True, verbose_name='error')),
                ('traceback', models.TextField(blank=True, verbose_name='traceback')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'job',
                'verbose_name_plural': 'jobs',
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['state', 'due_at'], name='jobs_job_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('key',), name='jobs_job_one_active_per_key'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'succeeded', 'failed', 'cancelled'])), name='jobs_job_state_known'), models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='jobs_job_progress_at_most_100'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='jobs_job_running_has_a_lease')],
            },
        ),
    ]
