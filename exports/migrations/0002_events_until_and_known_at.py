import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('exports', '0001_initial'),
        ('modeling', '0006_history_of_scores'),
        ('studies', '0007_sheets_that_people_choose'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='export',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='export',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='export',
            name='delete_delete',
        ),
        migrations.RenameField('export', 'as_of', 'events_until'),
        migrations.RenameField('exportevent', 'as_of', 'events_until'),
        migrations.RemoveConstraint(
            model_name='export',
            name='exports_export_format_known',
        ),
        migrations.AddField(
            model_name='export',
            name='known_at',
            field=models.DateTimeField(blank=True, help_text='The same choices with this moment give the same bytes at any later time. Empty: something was being written at that moment.', null=True, verbose_name='database as known at'),
        ),
        migrations.AddField(
            model_name='export',
            name='version',
            field=models.ForeignKey(blank=True, help_text='Whose frozen dataset it is; empty for the analysis dataset.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='modeling.modelversion'),
        ),
        migrations.AddField(
            model_name='exportevent',
            name='known_at',
            field=models.DateTimeField(blank=True, help_text='The same choices with this moment give the same bytes at any later time. Empty: something was being written at that moment.', null=True, verbose_name='database as known at'),
        ),
        migrations.AddField(
            model_name='exportevent',
            name='version',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Whose frozen dataset it is; empty for the analysis dataset.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='modeling.modelversion'),
        ),
        migrations.AlterField(
            model_name='export',
            name='events_until',
            field=models.DateField(verbose_name='events up to'),
        ),
        migrations.AlterField(
            model_name='export',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV'), ('excel', 'CSV for Excel (with byte-order mark)'), ('parquet', 'Parquet'), ('ndjson', 'NDJSON (one JSON object per line)')], max_length=7, verbose_name='format'),
        ),
        migrations.AlterField(
            model_name='exportevent',
            name='events_until',
            field=models.DateField(verbose_name='events up to'),
        ),
        migrations.AlterField(
            model_name='exportevent',
            name='format',
            field=models.CharField(choices=[('csv', 'CSV'), ('excel', 'CSV for Excel (with byte-order mark)'), ('parquet', 'Parquet'), ('ndjson', 'NDJSON (one JSON object per line)')], max_length=7, verbose_name='format'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (NEW."champions", NEW."created_at", NEW."endpoints", NEW."events_until", NEW."finished_at", NEW."format", NEW."id", NEW."known_at", NEW."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."row_count", NEW."sha256", NEW."size", NEW."study_id", NEW."timepoint", NEW."token_id", NEW."version_id", NEW."via"); RETURN NULL;', hash='d3dd44afb5992bb1b44c2b464a093888f1613463', operation='INSERT', pgid='pgtrigger_insert_insert_06318', table='exports_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (NEW."champions", NEW."created_at", NEW."endpoints", NEW."events_until", NEW."finished_at", NEW."format", NEW."id", NEW."known_at", NEW."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."row_count", NEW."sha256", NEW."size", NEW."study_id", NEW."timepoint", NEW."token_id", NEW."version_id", NEW."via"); RETURN NULL;', hash='5edb3730749cf3461993df398d1b362495366764', operation='UPDATE', pgid='pgtrigger_update_update_72637', table='exports_export', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='export',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "exports_exportevent" ("champions", "created_at", "endpoints", "events_until", "finished_at", "format", "id", "known_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "row_count", "sha256", "size", "study_id", "timepoint", "token_id", "version_id", "via") VALUES (OLD."champions", OLD."created_at", OLD."endpoints", OLD."events_until", OLD."finished_at", OLD."format", OLD."id", OLD."known_at", OLD."made_by_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."row_count", OLD."sha256", OLD."size", OLD."study_id", OLD."timepoint", OLD."token_id", OLD."version_id", OLD."via"); RETURN NULL;', hash='6579465576b2df654011a66c49f8d4271f7b8577', operation='DELETE', pgid='pgtrigger_delete_delete_58d59', table='exports_export', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='export',
            constraint=models.CheckConstraint(condition=models.Q(('format__in', ['csv', 'excel', 'parquet', 'ndjson'])), name='exports_export_format_known'),
        ),
    ]
