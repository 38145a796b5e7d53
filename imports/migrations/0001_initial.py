import django.db.models.deletion
import imports.kinds
import pgtrigger.compiler
import pgtrigger.migrations
import sentences
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('studies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SourceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=255, verbose_name='file name')),
                ('size', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('content', models.BinaryField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='source_files', to='studies.study')),
            ],
            options={
                'verbose_name': 'source file',
                'constraints': [models.UniqueConstraint(fields=('study', 'sha256'), name='imports_source_file_once')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=imports.kinds.choices, max_length=20, verbose_name='kind')),
                ('mapping_text', models.TextField(verbose_name='mapping')),
                ('sheet', models.CharField(blank=True, help_text='The sheet of the workbook that a person chose, where several have rows.', max_length=255, verbose_name='sheet')),
                ('samples_sheet', models.CharField(blank=True, max_length=255, verbose_name='sheet of the table of samples')),
                ('state', models.CharField(choices=[('received', 'received'), ('previewed', 'ready to commit'), ('refused', 'cannot be loaded'), ('committed', 'committed'), ('dropped', 'dropped')], default='received', max_length=10, verbose_name='state')),
                ('preview', sentences.JSONWithSentences(blank=True, help_text='Counts and rows: new, changed (old, new), unchanged, rejected (column, value, why).', null=True)),
                ('accepted', models.JSONField(blank=True, default=list, help_text='Warnings that somebody confirmed: code, column, by, at.', verbose_name='accepted warnings')),
                ('message', sentences.SentenceField(blank=True, null=True, verbose_name='message')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('committed_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='studies.study')),
                ('samples', models.ForeignKey(blank=True, help_text='The table that says which sample is whose, where a second file holds it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='imports.sourcefile')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='imports.sourcefile')),
            ],
            options={
                'verbose_name': 'import',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['received', 'previewed', 'refused', 'committed', 'dropped'])), name='imports_import_state_known')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=imports.kinds.choices, max_length=20, verbose_name='kind')),
                ('mapping_text', models.TextField(verbose_name='mapping')),
                ('sheet', models.CharField(blank=True, help_text='The sheet of the workbook that a person chose, where several have rows.', max_length=255, verbose_name='sheet')),
                ('samples_sheet', models.CharField(blank=True, max_length=255, verbose_name='sheet of the table of samples')),
                ('state', models.CharField(choices=[('received', 'received'), ('previewed', 'ready to commit'), ('refused', 'cannot be loaded'), ('committed', 'committed'), ('dropped', 'dropped')], default='received', max_length=10, verbose_name='state')),
                ('accepted', models.JSONField(blank=True, default=list, help_text='Warnings that somebody confirmed: code, column, by, at.', verbose_name='accepted warnings')),
                ('message', sentences.SentenceField(blank=True, null=True, verbose_name='message')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('committed_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='imports.importbatch')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
                ('samples', models.ForeignKey(blank=True, db_constraint=False, help_text='The table that says which sample is whose, where a second file holds it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='imports.sourcefile')),
                ('source', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='imports.sourcefile')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importbatchevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e8ac5164f1cb020a424337e4999e208d5268a120', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b48e9', table='imports_importbatchevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importbatch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "imports_importbatchevent" ("accepted", "committed_at", "created_at", "created_by_id", "id", "kind", "mapping_text", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "samples_id", "samples_sheet", "sheet", "source_id", "state", "study_id") VALUES (NEW."accepted", NEW."committed_at", NEW."created_at", NEW."created_by_id", NEW."id", NEW."kind", NEW."mapping_text", NEW."message", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."samples_id", NEW."samples_sheet", NEW."sheet", NEW."source_id", NEW."state", NEW."study_id"); RETURN NULL;', hash='dc83033671e798a04323cd9bca7d7985178d1d19', operation='INSERT', pgid='pgtrigger_insert_insert_bec71', table='imports_importbatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importbatch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."accepted" IS DISTINCT FROM (NEW."accepted") OR OLD."committed_at" IS DISTINCT FROM (NEW."committed_at") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."mapping_text" IS DISTINCT FROM (NEW."mapping_text") OR OLD."message" IS DISTINCT FROM (NEW."message") OR OLD."samples_id" IS DISTINCT FROM (NEW."samples_id") OR OLD."samples_sheet" IS DISTINCT FROM (NEW."samples_sheet") OR OLD."sheet" IS DISTINCT FROM (NEW."sheet") OR OLD."source_id" IS DISTINCT FROM (NEW."source_id") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."study_id" IS DISTINCT FROM (NEW."study_id"))', func='INSERT INTO "imports_importbatchevent" ("accepted", "committed_at", "created_at", "created_by_id", "id", "kind", "mapping_text", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "samples_id", "samples_sheet", "sheet", "source_id", "state", "study_id") VALUES (NEW."accepted", NEW."committed_at", NEW."created_at", NEW."created_by_id", NEW."id", NEW."kind", NEW."mapping_text", NEW."message", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."samples_id", NEW."samples_sheet", NEW."sheet", NEW."source_id", NEW."state", NEW."study_id"); RETURN NULL;', hash='e5420aaf9e5c096eb8c9e8ce7224eb3345f83f4a', operation='UPDATE', pgid='pgtrigger_update_update_dc004', table='imports_importbatch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importbatch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "imports_importbatchevent" ("accepted", "committed_at", "created_at", "created_by_id", "id", "kind", "mapping_text", "message", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "samples_id", "samples_sheet", "sheet", "source_id", "state", "study_id") VALUES (OLD."accepted", OLD."committed_at", OLD."created_at", OLD."created_by_id", OLD."id", OLD."kind", OLD."mapping_text", OLD."message", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."samples_id", OLD."samples_sheet", OLD."sheet", OLD."source_id", OLD."state", OLD."study_id"); RETURN NULL;', hash='361f443b1815a0b054bafc93460cc7d79ab1933a', operation='DELETE', pgid='pgtrigger_delete_delete_dc8f0', table='imports_importbatch', when='AFTER')),
        ),
    ]
