import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import studies.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Study',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('is_simulated', models.BooleanField(default=False, help_text='Its patients do not exist; every page and export says so.', verbose_name='simulated')),
                ('time_zone', models.CharField(default=studies.models.default_time_zone, help_text='Where “today” is decided: no date may lie after it.', max_length=60, validators=[studies.models.known_time_zone], verbose_name='time zone')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'study',
                'verbose_name_plural': 'studies',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Za-z0-9][A-Za-z0-9._-]*$')), name='studies_study_code_plain')],
            },
        ),
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('name', models.CharField(blank=True, help_text='As files call it, where not by its code.', max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('discovery', 'discovery'), ('validation', 'validation'), ('prospective', 'prospective')], max_length=12, verbose_name='kind')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cohorts', to='studies.study')),
            ],
            options={
                'verbose_name': 'cohort',
                'verbose_name_plural': 'cohorts',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('study', 'code'), name='studies_cohort_code_once_per_study'), models.CheckConstraint(condition=models.Q(('kind__in', ['discovery', 'validation', 'prospective'])), name='studies_cohort_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='studies.study')),
            ],
            options={
                'verbose_name': 'site',
                'verbose_name_plural': 'sites',
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('study', 'code'), name='studies_site_code_once_per_study')],
            },
        ),
        migrations.CreateModel(
            name='StudyEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('is_simulated', models.BooleanField(default=False, help_text='Its patients do not exist; every page and export says so.', verbose_name='simulated')),
                ('time_zone', models.CharField(default=studies.models.default_time_zone, help_text='Where “today” is decided: no date may lie after it.', max_length=60, validators=[studies.models.known_time_zone], verbose_name='time zone')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TokenGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='token_grants', to='studies.study')),
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='grant', to='accounts.apitoken')),
            ],
            options={
                'verbose_name': 'token grant',
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('coordinator', 'coordinator'), ('laboratory', 'laboratory'), ('statistician', 'statistician'), ('investigator', 'investigator'), ('monitor', 'monitor / auditor'), ('manager', 'manager')], max_length=12, verbose_name='role')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, help_text="Only this site's patients; leave empty for the whole study.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='studies.site')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='studies.study')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
                'constraints': [models.UniqueConstraint(fields=('user', 'study', 'role', 'site'), name='studies_membership_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('role__in', ['coordinator', 'laboratory', 'statistician', 'investigator', 'monitor', 'manager'])), name='studies_membership_role_known'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'coordinator'), _negated=True), ('site__isnull', False), _connector='OR'), name='studies_membership_coordinator_has_a_site', violation_error_message='A coordinator belongs to a site: choose it.')],
            },
        ),
        migrations.CreateModel(
            name='SiteEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='studies.site')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('role', models.CharField(choices=[('coordinator', 'coordinator'), ('laboratory', 'laboratory'), ('statistician', 'statistician'), ('investigator', 'investigator'), ('monitor', 'monitor / auditor'), ('manager', 'manager')], max_length=12, verbose_name='role')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='studies.membership')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, help_text="Only this site's patients; leave empty for the whole study.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.site')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CohortEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='code')),
                ('name', models.CharField(blank=True, help_text='As files call it, where not by its code.', max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('discovery', 'discovery'), ('validation', 'validation'), ('prospective', 'prospective')], max_length=12, verbose_name='kind')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='studies.cohort')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='study',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_studyevent" ("code", "created_at", "id", "is_simulated", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "title") VALUES (NEW."code", NEW."created_at", NEW."id", NEW."is_simulated", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."time_zone", NEW."title"); RETURN NULL;', hash='28ef71b535995427887e7cc38382d7ecd687524e', operation='INSERT', pgid='pgtrigger_insert_insert_f60b6', table='studies_study', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='study',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "studies_studyevent" ("code", "created_at", "id", "is_simulated", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "title") VALUES (NEW."code", NEW."created_at", NEW."id", NEW."is_simulated", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."time_zone", NEW."title"); RETURN NULL;', hash='9f66af5d2ae6f6bf8ac8166f2dee3263eeb53f19', operation='UPDATE', pgid='pgtrigger_update_update_8013b', table='studies_study', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='study',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_studyevent" ("code", "created_at", "id", "is_simulated", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone", "title") VALUES (OLD."code", OLD."created_at", OLD."id", OLD."is_simulated", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."time_zone", OLD."title"); RETURN NULL;', hash='ee9e96198d27f25138668738447fac75d1e054f7', operation='DELETE', pgid='pgtrigger_delete_delete_6aa33', table='studies_study', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='siteevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='839e5d23d27d35f72e2cad3e030134b53d388705', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_558c0', table='studies_siteevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_siteevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."study_id"); RETURN NULL;', hash='2e61924d0022e0e687cb48a436c204f7b3a965c1', operation='INSERT', pgid='pgtrigger_insert_insert_36bff', table='studies_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "studies_siteevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (NEW."code", NEW."id", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."study_id"); RETURN NULL;', hash='6c10612d52b26ed3755744fdcb5d6d124b720b13', operation='UPDATE', pgid='pgtrigger_update_update_a6665', table='studies_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='site',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_siteevent" ("code", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (OLD."code", OLD."id", OLD."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."study_id"); RETURN NULL;', hash='5f8fe78d8f0168f0fc9cc3d16c1316c2af015741', operation='DELETE', pgid='pgtrigger_delete_delete_705ef', table='studies_site', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1d85a8e86554a8ea332dd281556869baf43fcc12', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fee0c', table='studies_membershipevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "study_id", "user_id") VALUES (NEW."id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."role", NEW."site_id", NEW."study_id", NEW."user_id"); RETURN NULL;', hash='acf083e6c2caa6e838d17b41b82ec873df92bcb9', operation='INSERT', pgid='pgtrigger_insert_insert_f98c1', table='studies_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "studies_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "study_id", "user_id") VALUES (NEW."id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."role", NEW."site_id", NEW."study_id", NEW."user_id"); RETURN NULL;', hash='2bd3e72b1bb584c2d6069147d144a87581c6a97b', operation='UPDATE', pgid='pgtrigger_update_update_d9bf8', table='studies_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_membershipevent" ("id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "site_id", "study_id", "user_id") VALUES (OLD."id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."role", OLD."site_id", OLD."study_id", OLD."user_id"); RETURN NULL;', hash='0866e482bc2cce86690e00d1823b0600e3957938', operation='DELETE', pgid='pgtrigger_delete_delete_79795', table='studies_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cohortevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ccca40d4c61901d3c8570386feaa0bee801e9cc4', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_00e98', table='studies_cohortevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cohort',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_cohortevent" ("code", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (NEW."code", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."study_id"); RETURN NULL;', hash='d8f8b068bfaac9026c41d806363c5bd3f43c92c4', operation='INSERT', pgid='pgtrigger_insert_insert_6fc79', table='studies_cohort', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cohort',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "studies_cohortevent" ("code", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (NEW."code", NEW."id", NEW."kind", NEW."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."study_id"); RETURN NULL;', hash='aafad9b8f0e8db4b0781f636bb0fe8b23a1adfb1', operation='UPDATE', pgid='pgtrigger_update_update_25461', table='studies_cohort', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cohort',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "studies_cohortevent" ("code", "id", "kind", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "study_id") VALUES (OLD."code", OLD."id", OLD."kind", OLD."name", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."study_id"); RETURN NULL;', hash='f7a2c2e67429917a2ab900e2fd24192cffd011f7', operation='DELETE', pgid='pgtrigger_delete_delete_65c6c', table='studies_cohort', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='studyevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d8e814b59464b3224758a7aab8dd618edd6c7c8d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_07865', table='studies_studyevent', when='BEFORE')),
        ),
    ]
