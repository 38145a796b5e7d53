import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('modeling', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('studies', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('via', models.CharField(choices=[('page', 'page'), ('api', 'API'), ('command', 'command on the server')], max_length=7, verbose_name='by way of')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('excel', 'CSV for Excel (with byte-order mark)'), ('parquet', 'Parquet'), ('ndjson', 'NDJSON (one JSON object per line)')], max_length=7, verbose_name='format')),
                ('holds', models.CharField(choices=[('dataset', 'analysis dataset'), ('forms', 'all forms')], default='dataset', max_length=7, verbose_name='holds')),
                ('timepoint', models.CharField(blank=True, max_length=200, verbose_name='timepoint')),
                ('endpoints', models.CharField(blank=True, max_length=7, verbose_name='endpoints')),
                ('events_until', models.DateField(verbose_name='events up to')),
                ('known_at', models.DateTimeField(blank=True, help_text='The same choices with this moment give the same bytes at any later time. Empty: something was being written at that moment.', null=True, verbose_name='database as known at')),
                ('champions', models.JSONField(default=dict, help_text='Model name to version number.', verbose_name='versions in use')),
                ('row_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='bytes')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('made_by', models.ForeignKey(help_text='Empty for a command on the server.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='studies.study')),
                ('token', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.apitoken')),
                ('version', models.ForeignKey(blank=True, help_text='Whose frozen dataset it is; empty for the analysis dataset.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='modeling.modelversion')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('format__in', ['csv', 'excel', 'parquet', 'ndjson'])), name='exports_export_format_known'), models.CheckConstraint(condition=models.Q(('via__in', ['page', 'api', 'command'])), name='exports_export_via_known'), models.CheckConstraint(condition=models.Q(('holds__in', ['dataset', 'forms'])), name='exports_export_holds_known'), models.CheckConstraint(condition=models.Q(models.Q(('endpoints', ''), ('holds', 'forms'), ('timepoint', '')), models.Q(('holds', 'dataset'), ('timepoint__in', ['pre', 'edt'])), _connector='OR'), name='exports_export_timepoint_known'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('sha256', '')), models.Q(('finished_at__isnull', False), ('row_count__isnull', False), ('size__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='exports_export_finished_has_a_hash')],
            },
        ),
        migrations.CreateModel(
            name='ExportEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('via', models.CharField(choices=[('page', 'page'), ('api', 'API'), ('command', 'command on the server')], max_length=7, verbose_name='by way of')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('excel', 'CSV for Excel (with byte-order mark)'), ('parquet', 'Parquet'), ('ndjson', 'NDJSON (one JSON object per line)')], max_length=7, verbose_name='format')),
                ('holds', models.CharField(choices=[('dataset', 'analysis dataset'), ('forms', 'all forms')], default='dataset', max_length=7, verbose_name='holds')),
                ('timepoint', models.CharField(blank=True, max_length=200, verbose_name='timepoint')),
                ('endpoints', models.CharField(blank=True, max_length=7, verbose_name='endpoints')),
                ('events_until', models.DateField(verbose_name='events up to')),
                ('known_at', models.DateTimeField(blank=True, help_text='The same choices with this moment give the same bytes at any later time. Empty: something was being written at that moment.', null=True, verbose_name='database as known at')),
                ('champions', models.JSONField(default=dict, help_text='Model name to version number.', verbose_name='versions in use')),
                ('row_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='rows')),
                ('size', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='bytes')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='asked for')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('made_by', models.ForeignKey(db_constraint=False, help_text='Empty for a command on the server.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='exports.export')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
                ('token', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.apitoken')),
                ('version', models.ForeignKey(blank=True, db_constraint=False, help_text='Whose frozen dataset it is; empty for the analysis dataset.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "holds", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (NEW."champions", NEW."created_at", NEW."endpoints", NEW."events_until", NEW."finished_at", NEW."format", NEW."holds", NEW."id", NEW."known_at", NEW."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."row_count", NEW."sha256", NEW."size", NEW."study_id", NEW."timepoint", NEW."token_id", NEW."version_id", NEW."via"); RETURN NULL;', hash='42dcb44af021ec8a64d8d9397065b31f32dcbb07', operation='INSERT', pgid='pgtrigger_insert_insert_06318', table='exports_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "holds", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (NEW."champions", NEW."created_at", NEW."endpoints", NEW."events_until", NEW."finished_at", NEW."format", NEW."holds", NEW."id", NEW."known_at", NEW."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."row_count", NEW."sha256", NEW."size", NEW."study_id", NEW."timepoint", NEW."token_id", NEW."version_id", NEW."via"); RETURN NULL;', hash='31aec1d0e589693557ed883df05cbd70ddcd8879', operation='UPDATE', pgid='pgtrigger_update_update_72637', table='exports_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "holds", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (OLD."champions", OLD."created_at", OLD."endpoints", OLD."events_until", OLD."finished_at", OLD."format", OLD."holds", OLD."id", OLD."known_at", OLD."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."row_count", OLD."sha256", OLD."size", OLD."study_id", OLD."timepoint", OLD."token_id", OLD."version_id", OLD."via"); RETURN NULL;', hash='b76b414c66dfbc518a7a96e0b05f0af3d1a7c222', operation='DELETE', pgid='pgtrigger_delete_delete_58d59', table='exports_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exportevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5d3634246618fb8a58953fbc60726ccfdd2f96f0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0890f', table='exports_exportevent', when='BEFORE')),
        ),
    ]
