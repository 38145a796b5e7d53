import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import sentences
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('assays', '0001_initial'),
        ('clinical', '0001_initial'),
        ('jobs', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('studies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='FrozenDataset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('content', models.BinaryField()),
                ('as_of', models.DateField(verbose_name='follow-up as of')),
                ('timepoint', models.CharField(max_length=200, verbose_name='timepoint')),
                ('endpoint', models.CharField(max_length=3, verbose_name='endpoint')),
                ('patients', models.PositiveIntegerField(verbose_name='patients')),
                ('training_patients', models.PositiveIntegerField(verbose_name='training patients')),
                ('events', models.PositiveIntegerField(verbose_name='events')),
                ('training_events', models.PositiveIntegerField(verbose_name='training events')),
                ('left_out', models.JSONField(default=list, verbose_name='left out, and why')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='datasets', to='studies.study')),
            ],
            options={
                'verbose_name': 'frozen dataset',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('study', 'content_hash'), name='modeling_dataset_once_per_content')],
            },
        ),
        migrations.CreateModel(
            name='FrozenDatasetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('content_hash', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('as_of', models.DateField(verbose_name='follow-up as of')),
                ('timepoint', models.CharField(max_length=200, verbose_name='timepoint')),
                ('endpoint', models.CharField(max_length=3, verbose_name='endpoint')),
                ('patients', models.PositiveIntegerField(verbose_name='patients')),
                ('training_patients', models.PositiveIntegerField(verbose_name='training patients')),
                ('events', models.PositiveIntegerField(verbose_name='events')),
                ('training_events', models.PositiveIntegerField(verbose_name='training events')),
                ('left_out', models.JSONField(default=list, verbose_name='left out, and why')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.frozendataset')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PrognosticModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='name')),
                ('retrains', models.BooleanField(default=True, help_text='Whether new deaths or patients past the thresholds start a retraining.', verbose_name='retrains on schedule')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='models', to='studies.study')),
            ],
            options={
                'verbose_name': 'model',
                'verbose_name_plural': 'models',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('study', 'name'), name='modeling_model_once_per_study')],
            },
        ),
        migrations.CreateModel(
            name='ModelSpecification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('body', models.JSONField(verbose_name='specification')),
                ('content_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='specifications', to='modeling.prognosticmodel')),
            ],
            options={
                'verbose_name': 'model specification',
                'ordering': ['model', '-number'],
                'constraints': [models.UniqueConstraint(fields=('model', 'number'), name='modeling_specification_number_once')],
            },
        ),
        migrations.CreateModel(
            name='ModelVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('status', models.CharField(choices=[('challenger', 'challenger'), ('champion', 'champion'), ('retired', 'retired'), ('rejected', 'rejected')], default='challenger', max_length=10, verbose_name='status')),
                ('content', models.BinaryField()),
                ('content_hash', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('features', models.JSONField(verbose_name='features')),
                ('metrics', models.JSONField(verbose_name='performance')),
                ('report', models.JSONField(verbose_name='tables behind the figures')),
                ('gate', sentences.JSONWithSentences(default=dict, verbose_name='challenger against champion')),
                ('cross_validation', models.JSONField(blank=True, help_text='All repeats merged; empty until the last one is there, then never changed.', null=True, verbose_name='nested cross-validation')),
                ('software', models.JSONField(verbose_name='code and library versions')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='modeling.frozendataset')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='modeling.modelspecification')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='modeling.prognosticmodel')),
            ],
            options={
                'verbose_name': 'model version',
                'ordering': ['model', '-number'],
                'constraints': [models.UniqueConstraint(fields=('model', 'number'), name='modeling_version_number_once'), models.UniqueConstraint(condition=models.Q(('status', 'champion')), fields=('model',), name='modeling_one_champion'), models.CheckConstraint(condition=models.Q(('status__in', ['challenger', 'champion', 'retired', 'rejected'])), name='modeling_version_status_known')],
            },
        ),
        migrations.CreateModel(
            name='CrossValidationRepeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repeat', models.PositiveSmallIntegerField(verbose_name='repeat')),
                ('content', models.JSONField(blank=True, null=True, verbose_name='predictions of the folds')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='modeling.modelversion')),
            ],
            options={
                'verbose_name': 'repeat of a cross-validation',
                'verbose_name_plural': 'repeats of cross-validations',
                'ordering': ['version', 'repeat'],
                'constraints': [models.UniqueConstraint(fields=('version', 'repeat'), name='modeling_repeat_once')],
            },
        ),
        migrations.CreateModel(
            name='ModelVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(verbose_name='version')),
                ('status', models.CharField(choices=[('challenger', 'challenger'), ('champion', 'champion'), ('retired', 'retired'), ('rejected', 'rejected')], default='challenger', max_length=10, verbose_name='status')),
                ('content_hash', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('features', models.JSONField(verbose_name='features')),
                ('metrics', models.JSONField(verbose_name='performance')),
                ('gate', sentences.JSONWithSentences(default=dict, verbose_name='challenger against champion')),
                ('software', models.JSONField(verbose_name='code and library versions')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('dataset', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.frozendataset')),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.modelversion')),
                ('specification', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelspecification')),
                ('model', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.prognosticmodel')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ModelSpecificationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('body', models.JSONField(verbose_name='specification')),
                ('content_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.modelspecification')),
                ('model', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.prognosticmodel')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PrognosticModelEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='name')),
                ('retrains', models.BooleanField(default=True, help_text='Whether new deaths or patients past the thresholds start a retraining.', verbose_name='retrains on schedule')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.prognosticmodel')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mortality', models.FloatField(verbose_name='ensemble mortality')),
                ('percentile', models.FloatField(verbose_name='percentile among training patients')),
                ('group', models.CharField(choices=[('good', 'good prognosis'), ('intermediate', 'intermediate prognosis'), ('poor', 'poor prognosis')], max_length=12, verbose_name='risk group')),
                ('basis', models.CharField(choices=[('out-of-bag', 'out-of-bag (the patient was in training)'), ('out-of-bag, values changed', 'out-of-bag (in training with other values than now)'), ('prediction', 'prediction')], max_length=30, verbose_name='basis')),
                ('survival', models.JSONField(default=dict, verbose_name='survival probability by horizon')),
                ('survival_interval', models.JSONField(default=dict, verbose_name='95 % interval of the survival probability by horizon')),
                ('restricted_mean', models.FloatField(null=True, verbose_name='restricted mean survival (days)')),
                ('explanation', models.JSONField(default=dict, help_text='Base and the strongest contributions, in expected deaths (TreeSHAP).', verbose_name='contributions of the features')),
                ('scored_at', models.DateTimeField(verbose_name='scored')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='clinical.patient')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='modeling.modelversion')),
            ],
            options={
                'verbose_name': 'score',
                'ordering': ['-mortality'],
                'constraints': [models.UniqueConstraint(fields=('version', 'patient'), name='modeling_score_once'), models.CheckConstraint(condition=models.Q(('percentile__gte', 0), ('percentile__lte', 100)), name='modeling_score_percentile_range'), models.CheckConstraint(condition=models.Q(('group__in', ['good', 'intermediate', 'poor'])), name='modeling_score_group_known'), models.CheckConstraint(condition=models.Q(('basis__in', ['out-of-bag', 'out-of-bag, values changed', 'prediction'])), name='modeling_score_basis_known')],
            },
        ),
        migrations.CreateModel(
            name='ScoreEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('mortality', models.FloatField(verbose_name='ensemble mortality')),
                ('percentile', models.FloatField(verbose_name='percentile among training patients')),
                ('group', models.CharField(choices=[('good', 'good prognosis'), ('intermediate', 'intermediate prognosis'), ('poor', 'poor prognosis')], max_length=12, verbose_name='risk group')),
                ('basis', models.CharField(choices=[('out-of-bag', 'out-of-bag (the patient was in training)'), ('out-of-bag, values changed', 'out-of-bag (in training with other values than now)'), ('prediction', 'prediction')], max_length=30, verbose_name='basis')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinical.patient')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.score')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StaleMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', sentences.SentenceField(blank=True, null=True, verbose_name='why')),
                ('since', models.DateTimeField(auto_now_add=True, verbose_name='stale since')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='made anew')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dataset', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stale_marks', to='modeling.frozendataset')),
                ('patient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stale_marks', to='clinical.patient')),
                ('plate_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stale_marks', to='assays.platerun')),
                ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='stale_marks', to='modeling.modelversion')),
            ],
            options={
                'verbose_name': 'stale mark',
                'verbose_name_plural': 'stale marks',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('dataset__isnull', False), ('patient__isnull', True), ('version__isnull', True)), models.Q(('dataset__isnull', True), ('version__isnull', False)), _connector='OR'), name='modeling_stale_mark_of_one_thing'), models.CheckConstraint(condition=models.Q(('reason__isnull', False)), name='modeling_stale_mark_has_a_reason'), models.CheckConstraint(condition=models.Q(('cleared_at__isnull', True), ('patient__isnull', False), _connector='OR'), name='modeling_only_a_score_is_made_anew')],
            },
        ),
        migrations.CreateModel(
            name='StaleMarkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reason', sentences.SentenceField(blank=True, null=True, verbose_name='why')),
                ('since', models.DateTimeField(auto_now_add=True, verbose_name='stale since')),
                ('cleared_at', models.DateTimeField(blank=True, null=True, verbose_name='made anew')),
                ('by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('dataset', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.frozendataset')),
                ('patient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinical.patient')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.stalemark')),
                ('plate_run', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assays.platerun')),
                ('version', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TrainingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('requested', 'asked for by a person'), ('scheduled', "due by the specification's thresholds")], max_length=10, verbose_name='reason')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='modeling.frozendataset')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jobs.job')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='modeling.prognosticmodel')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('specification', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='modeling.modelspecification')),
                ('version', models.ForeignKey(help_text='What came out; a run that reproduces a version to the bit names that one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='modeling.modelversion')),
            ],
            options={
                'verbose_name': 'training run',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='TrainingRunEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('requested', 'asked for by a person'), ('scheduled', "due by the specification's thresholds")], max_length=10, verbose_name='reason')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('dataset', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.frozendataset')),
                ('job', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='jobs.job')),
                ('model', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.prognosticmodel')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='modeling.trainingrun')),
                ('requested_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('specification', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelspecification')),
                ('version', models.ForeignKey(db_constraint=False, help_text='What came out; a run that reproduces a version to the bit names that one.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozendataset',
            trigger=pgtrigger.compiler.Trigger(name='dataset_is_immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_dataset_is_immutable',\n                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);", hash='a0716ceacf76b26fdc1ec78b14252575f088a42d', operation='UPDATE OR DELETE', pgid='pgtrigger_dataset_is_immutable_a87f2', table='modeling_frozendataset', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozendataset',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_frozendatasetevent" ("as_of", "content_hash", "created_at", "endpoint", "events", "id", "left_out", "patients", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id", "timepoint", "training_events", "training_patients") VALUES (NEW."as_of", NEW."content_hash", NEW."created_at", NEW."endpoint", NEW."events", NEW."id", NEW."left_out", NEW."patients", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."study_id", NEW."timepoint", NEW."training_events", NEW."training_patients"); RETURN NULL;', hash='ae40754607bc2202c129b7afbe7c266e9987f902', operation='INSERT', pgid='pgtrigger_insert_insert_17281', table='modeling_frozendataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozendataset',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."endpoint" IS DISTINCT FROM (NEW."endpoint") OR OLD."events" IS DISTINCT FROM (NEW."events") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."left_out" IS DISTINCT FROM (NEW."left_out") OR OLD."patients" IS DISTINCT FROM (NEW."patients") OR OLD."study_id" IS DISTINCT FROM (NEW."study_id") OR OLD."timepoint" IS DISTINCT FROM (NEW."timepoint") OR OLD."training_events" IS DISTINCT FROM (NEW."training_events") OR OLD."training_patients" IS DISTINCT FROM (NEW."training_patients"))', func='INSERT INTO "modeling_frozendatasetevent" ("as_of", "content_hash", "created_at", "endpoint", "events", "id", "left_out", "patients", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id", "timepoint", "training_events", "training_patients") VALUES (NEW."as_of", NEW."content_hash", NEW."created_at", NEW."endpoint", NEW."events", NEW."id", NEW."left_out", NEW."patients", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."study_id", NEW."timepoint", NEW."training_events", NEW."training_patients"); RETURN NULL;', hash='cee05d8edc3f6a97115fac61ea6517dc5fe73ccd', operation='UPDATE', pgid='pgtrigger_update_update_e9311', table='modeling_frozendataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozendataset',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_frozendatasetevent" ("as_of", "content_hash", "created_at", "endpoint", "events", "id", "left_out", "patients", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id", "timepoint", "training_events", "training_patients") VALUES (OLD."as_of", OLD."content_hash", OLD."created_at", OLD."endpoint", OLD."events", OLD."id", OLD."left_out", OLD."patients", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."study_id", OLD."timepoint", OLD."training_events", OLD."training_patients"); RETURN NULL;', hash='c97f18029aec6c98cd2e870be706e78577550a22', operation='DELETE', pgid='pgtrigger_delete_delete_1c170', table='modeling_frozendataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='frozendatasetevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f7d9666baf3e10861e10e782a8044602a411521c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_87efa', table='modeling_frozendatasetevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='prognosticmodel',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_prognosticmodelevent" ("created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retrains", "study_id") VALUES (NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."retrains", NEW."study_id"); RETURN NULL;', hash='cda653c97d0a9eed01092fa3d32970a507561436', operation='INSERT', pgid='pgtrigger_insert_insert_834ee', table='modeling_prognosticmodel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='prognosticmodel',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "modeling_prognosticmodelevent" ("created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retrains", "study_id") VALUES (NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."retrains", NEW."study_id"); RETURN NULL;', hash='20e6f78c55484b605c2273fa88256aa5214be5ff', operation='UPDATE', pgid='pgtrigger_update_update_adff2', table='modeling_prognosticmodel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='prognosticmodel',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_prognosticmodelevent" ("created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retrains", "study_id") VALUES (OLD."created_at", OLD."id", OLD."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."retrains", OLD."study_id"); RETURN NULL;', hash='dcfde6588a9d7f7b1e5d074ba39f7c267500754e', operation='DELETE', pgid='pgtrigger_delete_delete_235e7', table='modeling_prognosticmodel', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4324f414ba0aa20308d8119d4438d7614385b292', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f0bfe', table='modeling_modelversionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='version_content_is_immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_version_content_is_immutable',\n                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);", hash='47cacea60e9dfbb108769d7653443d52eb530307', operation='UPDATE OF "content", "content_hash", "features", "metrics", "report", "software", "specification_id", "dataset_id", "number"', pgid='pgtrigger_version_content_is_immutable_12c86', table='modeling_modelversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='cross_validation_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."cross_validation" IS NOT NULL)', func="\n            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_cross_validation_is_kept',\n                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);", hash='e554cd6bfbad7eb494c9f273471bce870d2af4c2', operation='UPDATE OF "cross_validation"', pgid='pgtrigger_cross_validation_is_kept_351fc', table='modeling_modelversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='version_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_version_is_kept',\n                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);", hash='65eb876a44f23a58d92552b6c4180330e13bdccc', operation='DELETE', pgid='pgtrigger_version_is_kept_c9275', table='modeling_modelversion', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_modelversionevent" ("content_hash", "created_at", "dataset_id", "decided_at", "decided_by_id", "features", "gate", "id", "metrics", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "software", "specification_id", "status") VALUES (NEW."content_hash", NEW."created_at", NEW."dataset_id", NEW."decided_at", NEW."decided_by_id", NEW."features", NEW."gate", NEW."id", NEW."metrics", NEW."model_id", NEW."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."software", NEW."specification_id", NEW."status"); RETURN NULL;', hash='71790c115a118a2353e594139fe7378958ab23ef', operation='INSERT', pgid='pgtrigger_insert_insert_f66d2', table='modeling_modelversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dataset_id" IS DISTINCT FROM (NEW."dataset_id") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."decided_by_id" IS DISTINCT FROM (NEW."decided_by_id") OR OLD."features" IS DISTINCT FROM (NEW."features") OR OLD."gate" IS DISTINCT FROM (NEW."gate") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."metrics" IS DISTINCT FROM (NEW."metrics") OR OLD."model_id" IS DISTINCT FROM (NEW."model_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."software" IS DISTINCT FROM (NEW."software") OR OLD."specification_id" IS DISTINCT FROM (NEW."specification_id") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='INSERT INTO "modeling_modelversionevent" ("content_hash", "created_at", "dataset_id", "decided_at", "decided_by_id", "features", "gate", "id", "metrics", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "software", "specification_id", "status") VALUES (NEW."content_hash", NEW."created_at", NEW."dataset_id", NEW."decided_at", NEW."decided_by_id", NEW."features", NEW."gate", NEW."id", NEW."metrics", NEW."model_id", NEW."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."software", NEW."specification_id", NEW."status"); RETURN NULL;', hash='4623aaaca8b980760527f45efb93532d4c62fff9', operation='UPDATE', pgid='pgtrigger_update_update_5665f', table='modeling_modelversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_modelversionevent" ("content_hash", "created_at", "dataset_id", "decided_at", "decided_by_id", "features", "gate", "id", "metrics", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "software", "specification_id", "status") VALUES (OLD."content_hash", OLD."created_at", OLD."dataset_id", OLD."decided_at", OLD."decided_by_id", OLD."features", OLD."gate", OLD."id", OLD."metrics", OLD."model_id", OLD."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."software", OLD."specification_id", OLD."status"); RETURN NULL;', hash='de44ad35bdf4096549cfa2a104420c8cb5ac7eb6', operation='DELETE', pgid='pgtrigger_delete_delete_a2c68', table='modeling_modelversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelspecificationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='00e7157f04adb6640df310699212d957846d3cfe', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_89844', table='modeling_modelspecificationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelspecification',
            trigger=pgtrigger.compiler.Trigger(name='specification_is_immutable', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'modeling_specification_is_immutable',\n                MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);", hash='b7388a1b4f555948ac0e95e16c11b9a66a003074', operation='UPDATE OR DELETE', pgid='pgtrigger_specification_is_immutable_24eb2', table='modeling_modelspecification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelspecification',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_modelspecificationevent" ("body", "content_hash", "created_at", "created_by_id", "id", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."body", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."id", NEW."model_id", NEW."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id"); RETURN NULL;', hash='8fe159054ce30b1ad9c4dee713fb7c0ec5847edc', operation='INSERT', pgid='pgtrigger_insert_insert_b4d95', table='modeling_modelspecification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelspecification',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "modeling_modelspecificationevent" ("body", "content_hash", "created_at", "created_by_id", "id", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."body", NEW."content_hash", NEW."created_at", NEW."created_by_id", NEW."id", NEW."model_id", NEW."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id"); RETURN NULL;', hash='765b854ab97dbf65249bfba5f33764b17db28cb5', operation='UPDATE', pgid='pgtrigger_update_update_1d01f', table='modeling_modelspecification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='modelspecification',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_modelspecificationevent" ("body", "content_hash", "created_at", "created_by_id", "id", "model_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."body", OLD."content_hash", OLD."created_at", OLD."created_by_id", OLD."id", OLD."model_id", OLD."number", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id"); RETURN NULL;', hash='c56c08006cd11aa55a7bb823269c794fe28de9d6', operation='DELETE', pgid='pgtrigger_delete_delete_915f8', table='modeling_modelspecification', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='prognosticmodelevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a3c18b4bbf58fd733a53ab9435ffd33feccce5d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_79a07', table='modeling_prognosticmodelevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_scoreevent" ("basis", "group", "id", "mortality", "patient_id", "percentile", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version_id") VALUES (NEW."basis", NEW."group", NEW."id", NEW."mortality", NEW."patient_id", NEW."percentile", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."version_id"); RETURN NULL;', hash='0c2a98862d0778a8c7edaaf0c3f28f473649dc8d', operation='INSERT', pgid='pgtrigger_insert_insert_6a8b9', table='modeling_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."basis" IS DISTINCT FROM (NEW."basis") OR OLD."group" IS DISTINCT FROM (NEW."group") OR OLD."mortality" IS DISTINCT FROM (NEW."mortality") OR OLD."percentile" IS DISTINCT FROM (NEW."percentile"))', func='INSERT INTO "modeling_scoreevent" ("basis", "group", "id", "mortality", "patient_id", "percentile", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version_id") VALUES (NEW."basis", NEW."group", NEW."id", NEW."mortality", NEW."patient_id", NEW."percentile", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."version_id"); RETURN NULL;', hash='4a949c02ab3622c48c2d62fd85a0801ad8a0cfbc', operation='UPDATE', pgid='pgtrigger_update_update_d0641', table='modeling_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='score',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_scoreevent" ("basis", "group", "id", "mortality", "patient_id", "percentile", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version_id") VALUES (OLD."basis", OLD."group", OLD."id", OLD."mortality", OLD."patient_id", OLD."percentile", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."version_id"); RETURN NULL;', hash='a3e862484cfa69cd17b08cae90ca7a95858d5889', operation='DELETE', pgid='pgtrigger_delete_delete_1326d', table='modeling_score', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scoreevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6ed57e2b64aa6a9a09fe032981398f23f46bef18', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0fb6c', table='modeling_scoreevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stalemark',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_stalemarkevent" ("by_id", "cleared_at", "dataset_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plate_run_id", "reason", "since", "version_id") VALUES (NEW."by_id", NEW."cleared_at", NEW."dataset_id", NEW."id", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."plate_run_id", NEW."reason", NEW."since", NEW."version_id"); RETURN NULL;', hash='d028cbe9e002747f2f6627c542b0ce1c92792bf1', operation='INSERT', pgid='pgtrigger_insert_insert_70dfb', table='modeling_stalemark', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stalemark',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "modeling_stalemarkevent" ("by_id", "cleared_at", "dataset_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plate_run_id", "reason", "since", "version_id") VALUES (NEW."by_id", NEW."cleared_at", NEW."dataset_id", NEW."id", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."plate_run_id", NEW."reason", NEW."since", NEW."version_id"); RETURN NULL;', hash='1ae2d1497d77f3d928ec8bc90b9e41e0f6fdc18a', operation='UPDATE', pgid='pgtrigger_update_update_5a1a9', table='modeling_stalemark', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stalemark',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_stalemarkevent" ("by_id", "cleared_at", "dataset_id", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plate_run_id", "reason", "since", "version_id") VALUES (OLD."by_id", OLD."cleared_at", OLD."dataset_id", OLD."id", OLD."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."plate_run_id", OLD."reason", OLD."since", OLD."version_id"); RETURN NULL;', hash='7d0cc417fa45abf0b8535e2e0c70fa5e5311d678', operation='DELETE', pgid='pgtrigger_delete_delete_05991', table='modeling_stalemark', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stalemarkevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5ad2681405b68f4481dae19c939ec52a86b6127a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0316e', table='modeling_stalemarkevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrun',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_trainingrunevent" ("created_at", "dataset_id", "id", "job_id", "model_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by_id", "specification_id", "version_id") VALUES (NEW."created_at", NEW."dataset_id", NEW."id", NEW."job_id", NEW."model_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."reason", NEW."requested_by_id", NEW."specification_id", NEW."version_id"); RETURN NULL;', hash='9eaf1c64d4ff452e554da27d2381a48b9598161b', operation='INSERT', pgid='pgtrigger_insert_insert_04f37', table='modeling_trainingrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrun',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "modeling_trainingrunevent" ("created_at", "dataset_id", "id", "job_id", "model_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by_id", "specification_id", "version_id") VALUES (NEW."created_at", NEW."dataset_id", NEW."id", NEW."job_id", NEW."model_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."reason", NEW."requested_by_id", NEW."specification_id", NEW."version_id"); RETURN NULL;', hash='db6f29bd5b537f1304e0139d8117259580c29cb7', operation='UPDATE', pgid='pgtrigger_update_update_4763a', table='modeling_trainingrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrun',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "modeling_trainingrunevent" ("created_at", "dataset_id", "id", "job_id", "model_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_by_id", "specification_id", "version_id") VALUES (OLD."created_at", OLD."dataset_id", OLD."id", OLD."job_id", OLD."model_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."reason", OLD."requested_by_id", OLD."specification_id", OLD."version_id"); RETURN NULL;', hash='568a314d8aef197f414e40c49c763aff4f8ba05c', operation='DELETE', pgid='pgtrigger_delete_delete_64f5e', table='modeling_trainingrun', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trainingrunevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='57d3326e63591e05cf16b5a03a31ac5e99b306d7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8ba51', table='modeling_trainingrunevent', when='BEFORE')),
        ),
    ]
