import clinical.dictionary.definition
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
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
            name='Patient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_id', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='subject id')),
                ('index_date', models.DateField(help_text='First dose of the immune-checkpoint inhibitor.', verbose_name='index date')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='studies.cohort')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='studies.site')),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='studies.study')),
            ],
            options={
                'verbose_name': 'patient',
                'verbose_name_plural': 'patients',
                'ordering': ['subject_id'],
                'indexes': [models.Index(fields=['study', 'site'], name='clinical_patient_by_site')],
                'constraints': [models.UniqueConstraint(fields=('study', 'subject_id'), name='clinical_patient_subject_once_per_study', violation_error_message='This subject id is already in the study.'), models.CheckConstraint(condition=models.Q(('subject_id', ''), _negated=True), name='clinical_patient_subject_not_empty'), models.UniqueConstraint(models.F('study'), django.db.models.functions.text.Lower('subject_id'), name='clinical_patient_subject_once_whatever_case', violation_error_message='A subject id that differs only in capitals is already in the study.'), models.CheckConstraint(condition=models.Q(('index_date__gte', datetime.date(1990, 1, 1))), name='clinical_index_date_plausible', violation_error_message='The index date cannot lie before 1990: check the year.')],
            },
        ),
        migrations.CreateModel(
            name='FollowUp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contact_date', models.DateField(verbose_name='date of contact')),
                ('status', models.CharField(choices=[('alive', 'alive'), ('dead', 'dead'), ('lost', 'lost to follow-up')], max_length=5, verbose_name='status')),
                ('cause', models.CharField(blank=True, choices=[('cancer', 'this cancer'), ('treatment', 'its treatment'), ('other', 'another cause'), ('unknown', 'unknown')], max_length=9, null=True, verbose_name='cause of death')),
                ('response', models.CharField(blank=True, choices=[('CR', 'complete response'), ('PR', 'partial response'), ('SD', 'stable disease'), ('PD', 'progressive disease'), ('NE', 'not evaluable')], max_length=2, null=True, verbose_name='RECIST response')),
                ('progression_date', models.DateField(blank=True, null=True, verbose_name='date of progression')),
                ('disease_assessed', models.BooleanField(blank=True, help_text='Progression-free survival is known only up to a contact where it was. A RECIST response other than not evaluable says so, too.', null=True, verbose_name='disease status assessed')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follow_ups', to='clinical.patient')),
            ],
            options={
                'verbose_name': 'follow-up',
                'verbose_name_plural': 'follow-up',
                'ordering': ['patient', 'contact_date', 'id'],
                'constraints': [models.UniqueConstraint(fields=('patient', 'contact_date'), name='clinical_follow_up_once_a_day', violation_error_message='There is already a contact on this day: correct that one.'), models.UniqueConstraint(condition=models.Q(('status', 'dead')), fields=('patient',), name='clinical_follow_up_one_death', violation_error_message="This patient's death is already recorded."), models.CheckConstraint(condition=models.Q(('status__in', ['alive', 'dead', 'lost'])), name='clinical_follow_up_status_known'), models.CheckConstraint(condition=models.Q(('cause__isnull', True), models.Q(('cause__in', ['cancer', 'treatment', 'other', 'unknown']), ('status', 'dead')), _connector='OR'), name='clinical_follow_up_cause_of_a_death', violation_error_message='A cause of death needs the status “dead”.'), models.CheckConstraint(condition=models.Q(('response__in', ['CR', 'PR', 'SD', 'PD', 'NE'])), name='clinical_follow_up_response_known'), models.CheckConstraint(condition=models.Q(('progression_date__isnull', True), ('progression_date__lte', models.F('contact_date')), _connector='OR'), name='clinical_follow_up_progression_seen_by_then', violation_error_message='The progression must lie on or before the contact.')],
            },
        ),
        migrations.CreateModel(
            name='Definition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('note', models.TextField(blank=True, verbose_name='what changed')),
                ('source', models.CharField(blank=True, help_text='The shipped one, or a file.', max_length=200, verbose_name='made from')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='definitions', to='studies.study')),
            ],
            options={
                'verbose_name': 'definition of a study',
                'verbose_name_plural': 'definitions of a study',
                'ordering': ['study', '-version'],
                'constraints': [models.UniqueConstraint(fields=('study', 'version'), name='clinical_definition_version_once'), models.UniqueConstraint(condition=models.Q(('published_at__isnull', True)), fields=('study',), name='clinical_definition_one_draft', violation_error_message='This study already has a draft.'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='clinical_definition_from_1')],
            },
        ),
        migrations.CreateModel(
            name='CodeList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('ordered', models.BooleanField(default=False, verbose_name='ordered')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='code_lists', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_code_list_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_code_list_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_code_list_is_named')],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=200, verbose_name='code')),
                ('label', models.JSONField(blank=True, default=dict, verbose_name='label')),
                ('rank', models.FloatField(blank=True, null=True, verbose_name='rank')),
                ('codings', models.JSONField(blank=True, default=dict, verbose_name='codes elsewhere')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('code_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='clinical.codelist')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'code_list__order', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('code_list', 'code'), name='clinical_code_once'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='clinical_code_is_given')],
            },
        ),
        migrations.CreateModel(
            name='Arm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='arms', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_arm_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_arm_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_arm_is_named')],
            },
        ),
        migrations.CreateModel(
            name='DefinitionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('note', models.TextField(blank=True, verbose_name='what changed')),
                ('source', models.CharField(blank=True, help_text='The shipped one, or a file.', max_length=200, verbose_name='made from')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='clinical.definition')),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('note', models.JSONField(blank=True, default=dict, verbose_name='note')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forms', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_form_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_form_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_form_is_named')],
            },
        ),
        migrations.CreateModel(
            name='StudyEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('anchor', models.CharField(blank=True, help_text='An item that holds a date; the index date where it is empty.', max_length=200, verbose_name='counted from')),
                ('day', models.IntegerField(blank=True, null=True, verbose_name='day')),
                ('before', models.PositiveIntegerField(blank=True, null=True, verbose_name='days early')),
                ('after', models.PositiveIntegerField(blank=True, null=True, verbose_name='days late')),
                ('repeats', models.BooleanField(default=False, verbose_name='repeats')),
                ('arm', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='clinical.arm')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_event_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_event_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_event_is_named'), models.CheckConstraint(condition=models.Q(('day__isnull', False), models.Q(('after__isnull', True), ('before__isnull', True)), _connector='OR'), name='clinical_event_window_around_a_day')],
            },
        ),
        migrations.CreateModel(
            name='EventForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('repeats', models.BooleanField(default=False, verbose_name='repeats')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_forms', to='clinical.definition')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_forms', to='clinical.form')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='event_forms', to='clinical.studyevent')),
            ],
            options={
                'ordering': ['definition', 'event__order', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('event', 'form'), name='clinical_event_form_once')],
            },
        ),
        migrations.CreateModel(
            name='FilledForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_oid', models.UUIDField(editable=False)),
                ('form_oid', models.UUIDField(editable=False)),
                ('event_instance', models.PositiveIntegerField(default=1, verbose_name='instance of the event')),
                ('form_instance', models.PositiveIntegerField(default=1, verbose_name='instance of the form')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('complete', 'complete')], max_length=8, verbose_name='status')),
                ('values', models.JSONField(blank=True, default=dict)),
                ('given', models.JSONField(blank=True, default=dict)),
                ('missing', models.JSONField(blank=True, default=dict)),
                ('states', models.JSONField(blank=True, default=dict)),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='voided at')),
                ('void_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('event_form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filled', to='clinical.eventform')),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='filled_forms', to='clinical.patient')),
            ],
            options={
                'verbose_name': 'filled form',
                'verbose_name_plural': 'filled forms',
                'ordering': ['patient', 'event_form__event__order', 'event_instance', 'form_instance', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('voided_at__isnull', True)), fields=('patient', 'event_oid', 'form_oid', 'event_instance', 'form_instance'), name='clinical_filled_form_once', violation_error_message='Somebody else has just filled this form. Reload the page and check it.'), models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'complete'])), name='clinical_filled_form_status_known'), models.CheckConstraint(condition=models.Q(('event_instance__gte', 1), ('form_instance__gte', 1)), name='clinical_filled_form_instances_from_1'), models.CheckConstraint(condition=models.Q(('voided_at__isnull', True), models.Q(('void_reason', ''), _negated=True), _connector='OR'), name='clinical_filled_form_voided_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='EditCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('severity', models.CharField(choices=[('hard', 'hard'), ('soft', 'soft'), ('later', 'later')], max_length=5, verbose_name='severity')),
                ('fires_when', models.TextField(verbose_name='fires when')),
                ('message', models.JSONField(blank=True, default=dict, verbose_name='message')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='clinical.definition')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='checks', to='clinical.form')),
            ],
            options={
                'ordering': ['definition', 'form__order', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_check_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_check_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_check_is_named')],
            },
        ),
        migrations.CreateModel(
            name='ItemGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='clinical.definition')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='groups', to='clinical.form')),
            ],
            options={
                'ordering': ['definition', 'form__order', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_group_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_group_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_group_is_named')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('oid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('label', models.JSONField(blank=True, default=dict, help_text='Language -> text: en, ja, ...', verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('type', models.CharField(choices=[('text', 'text'), ('integer', 'integer'), ('decimal', 'decimal'), ('yes_no', 'yes_no'), ('code', 'code'), ('codes', 'codes'), ('date', 'date'), ('datetime', 'datetime'), ('time', 'time'), ('file', 'file'), ('heading', 'heading')], max_length=10, verbose_name='type')),
                ('derived', models.TextField(blank=True, verbose_name='derived as')),
                ('unit', models.CharField(blank=True, max_length=50, verbose_name='unit (UCUM)')),
                ('units', models.JSONField(blank=True, default=dict, help_text='As people write them -> factor to the unit.', verbose_name='units that are taken')),
                ('hard_low', models.FloatField(blank=True, null=True, verbose_name='lowest that can be')),
                ('soft_low', models.FloatField(blank=True, null=True, verbose_name='lowest that is usual')),
                ('soft_high', models.FloatField(blank=True, null=True, verbose_name='highest that is usual')),
                ('hard_high', models.FloatField(blank=True, null=True, verbose_name='highest that can be')),
                ('longest', models.PositiveIntegerField(blank=True, null=True, verbose_name='characters at most')),
                ('precision', models.CharField(blank=True, help_text='year, month, day', max_length=6, verbose_name='coarsest that is allowed')),
                ('not_in_future', models.BooleanField(default=False, verbose_name='not in the future')),
                ('visit_date', models.BooleanField(default=False, verbose_name='day of the visit')),
                ('required', models.BooleanField(default=False, verbose_name='required')),
                ('critical', models.BooleanField(default=False, help_text='Counts among what must not be missing.', verbose_name='critical')),
                ('identifier', models.BooleanField(default=False, verbose_name='tells who somebody is')),
                ('model_may_read', models.BooleanField(default=False, verbose_name='a model may read it')),
                ('role', models.CharField(blank=True, choices=[('index_date', 'index_date'), ('last_contact', 'last_contact'), ('vital_status', 'vital_status'), ('cause_of_death', 'cause_of_death'), ('progression', 'progression'), ('response', 'response')], max_length=20, verbose_name='role')),
                ('shown_when', models.TextField(blank=True, verbose_name='shown when')),
                ('note', models.JSONField(blank=True, default=dict, verbose_name='note')),
                ('codings', models.JSONField(blank=True, default=dict, verbose_name='codes elsewhere')),
                ('source_text', models.JSONField(blank=True, default=dict, help_text='Logic and annotation of the system that it came from, word by word.', verbose_name='as its source wrote it')),
                ('code_list', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='clinical.codelist')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='clinical.definition')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='clinical.form')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='clinical.itemgroup')),
            ],
            options={
                'ordering': ['definition', 'form__order', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'oid'), name='clinical_item_oid_once'), models.UniqueConstraint(models.F('definition'), django.db.models.functions.text.Lower('name'), name='clinical_item_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinical_item_is_named'), models.CheckConstraint(condition=models.Q(('type__in', ['text', 'integer', 'decimal', 'yes_no', 'code', 'codes', 'date', 'datetime', 'time', 'file', 'heading'])), name='clinical_item_type_known'), models.UniqueConstraint(condition=models.Q(('role', ''), _negated=True), fields=('definition', 'role'), name='clinical_item_role_once'), models.CheckConstraint(condition=models.Q(models.Q(('code_list__isnull', False), ('type__in', [clinical.dictionary.definition.Type['CODE'], clinical.dictionary.definition.Type['CODES']])), models.Q(('code_list__isnull', True), models.Q(('type__in', [clinical.dictionary.definition.Type['CODE'], clinical.dictionary.definition.Type['CODES']]), _negated=True)), _connector='OR'), name='clinical_item_codes_of_a_list'), models.CheckConstraint(condition=models.Q(models.Q(('hard_low__isnull', True), ('hard_high__isnull', True), ('hard_low__lte', models.F('hard_high')), _connector='OR'), models.Q(('soft_low__isnull', True), ('soft_high__isnull', True), ('soft_low__lte', models.F('soft_high')), _connector='OR')), name='clinical_item_low_before_high')],
            },
        ),
        migrations.CreateModel(
            name='MissingCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=50, verbose_name='code')),
                ('label', models.JSONField(blank=True, default=dict, verbose_name='label')),
                ('order', models.PositiveIntegerField(default=0, verbose_name='order')),
                ('definition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='missing_codes', to='clinical.definition')),
            ],
            options={
                'ordering': ['definition', 'order', 'id'],
                'constraints': [models.UniqueConstraint(fields=('definition', 'code'), name='clinical_missing_code_once'), models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='clinical_missing_code_is_given')],
            },
        ),
        migrations.CreateModel(
            name='FollowUpEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('contact_date', models.DateField(verbose_name='date of contact')),
                ('status', models.CharField(choices=[('alive', 'alive'), ('dead', 'dead'), ('lost', 'lost to follow-up')], max_length=5, verbose_name='status')),
                ('cause', models.CharField(blank=True, choices=[('cancer', 'this cancer'), ('treatment', 'its treatment'), ('other', 'another cause'), ('unknown', 'unknown')], max_length=9, null=True, verbose_name='cause of death')),
                ('response', models.CharField(blank=True, choices=[('CR', 'complete response'), ('PR', 'partial response'), ('SD', 'stable disease'), ('PD', 'progressive disease'), ('NE', 'not evaluable')], max_length=2, null=True, verbose_name='RECIST response')),
                ('progression_date', models.DateField(blank=True, null=True, verbose_name='date of progression')),
                ('disease_assessed', models.BooleanField(blank=True, help_text='Progression-free survival is known only up to a contact where it was. A RECIST response other than not evaluable says so, too.', null=True, verbose_name='disease status assessed')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='clinical.followup')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinical.patient')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FilledFormEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('event_oid', models.UUIDField(editable=False)),
                ('form_oid', models.UUIDField(editable=False)),
                ('event_instance', models.PositiveIntegerField(default=1, verbose_name='instance of the event')),
                ('form_instance', models.PositiveIntegerField(default=1, verbose_name='instance of the form')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('complete', 'complete')], max_length=8, verbose_name='status')),
                ('values', models.JSONField(blank=True, default=dict)),
                ('given', models.JSONField(blank=True, default=dict)),
                ('missing', models.JSONField(blank=True, default=dict)),
                ('states', models.JSONField(blank=True, default=dict)),
                ('voided_at', models.DateTimeField(blank=True, null=True, verbose_name='voided at')),
                ('void_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('event_form', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinical.eventform')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='clinical.filledform')),
                ('patient', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clinical.patient')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatientEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('subject_id', models.CharField(max_length=60, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9._-]*$', 'Use letters, digits, dots, hyphens and underscores, beginning with a letter or digit.')], verbose_name='subject id')),
                ('index_date', models.DateField(help_text='First dose of the immune-checkpoint inhibitor.', verbose_name='index date')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('cohort', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.cohort')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history', related_query_name='history', to='clinical.patient')),
                ('site', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.site')),
                ('study', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='studies.study')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='definition',
            trigger=pgtrigger.compiler.Trigger(name='definition_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='9419bd5f6534d95c8ed9f2b71137fc099ea24040', operation='UPDATE OR DELETE', pgid='pgtrigger_definition_once_published_78a3f', table='clinical_definition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='definition',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_definitionevent" ("created_at", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "study_id", "version") VALUES (NEW."created_at", NEW."id", NEW."name", NEW."note", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."source", NEW."study_id", NEW."version"); RETURN NULL;', hash='ddff26be3f7f17370aa50b8cb039e2d28d6c4877', operation='INSERT', pgid='pgtrigger_insert_insert_27fdc', table='clinical_definition', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='definition',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clinical_definitionevent" ("created_at", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "study_id", "version") VALUES (NEW."created_at", NEW."id", NEW."name", NEW."note", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."source", NEW."study_id", NEW."version"); RETURN NULL;', hash='fedf2acda5efc35448d31e1357e2b8e72f6cf104', operation='UPDATE', pgid='pgtrigger_update_update_b2bb6', table='clinical_definition', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='definition',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_definitionevent" ("created_at", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "study_id", "version") VALUES (OLD."created_at", OLD."id", OLD."name", OLD."note", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."source", OLD."study_id", OLD."version"); RETURN NULL;', hash='2a3a0a1be3658f8ed4e0c2a25067f6f39779c240', operation='DELETE', pgid='pgtrigger_delete_delete_1c98b', table='clinical_definition', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='codelist',
            trigger=pgtrigger.compiler.Trigger(name='code_list_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='7dbc4f3bb5bef54c90ec020422fc127be10553fe', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_code_list_once_published_e7abd', table='clinical_codelist', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='code',
            trigger=pgtrigger.compiler.Trigger(name='code_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='9297a8552975cea2ec2329e32b60c97dfa7e2108', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_code_once_published_5149c', table='clinical_code', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='code',
            trigger=pgtrigger.compiler.Trigger(name='code_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.code_list_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_codelist WHERE id = NEW.code_list_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The code list belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='7742c73ec30571e5f3e8b883fefd7af1167b64d4', operation='INSERT OR UPDATE', pgid='pgtrigger_code_of_one_definition_72022', table='clinical_code', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='arm',
            trigger=pgtrigger.compiler.Trigger(name='arm_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='877aa234ff41680b517eba4d3cadc0690c52df99', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_arm_once_published_8370d', table='clinical_arm', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='definitionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5de1dd26723336a37d05849138c072053c640261', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_39eb6', table='clinical_definitionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='form',
            trigger=pgtrigger.compiler.Trigger(name='form_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='a564baaf467800c00011d77f7506dd4da9edc81c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_form_once_published_42bd5', table='clinical_form', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='editcheck',
            trigger=pgtrigger.compiler.Trigger(name='check_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='60c9a7370691dbab53ae8f3c7c98a8c82a67229a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_check_once_published_ce10a', table='clinical_editcheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='editcheck',
            trigger=pgtrigger.compiler.Trigger(name='check_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.form_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_form WHERE id = NEW.form_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The form belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='a1e2423e0a1e0e43459ff48d14d8dfb9e577bf98', operation='INSERT OR UPDATE', pgid='pgtrigger_check_of_one_definition_63e66', table='clinical_editcheck', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemgroup',
            trigger=pgtrigger.compiler.Trigger(name='group_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='8e1ac77823f6a8acd30d647c7eba2552faf1c2b6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_group_once_published_7d625', table='clinical_itemgroup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='itemgroup',
            trigger=pgtrigger.compiler.Trigger(name='group_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.form_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_form WHERE id = NEW.form_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The form belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='fea241e4b26bafe79a7d9952b54576ecf0db4713', operation='INSERT OR UPDATE', pgid='pgtrigger_group_of_one_definition_189a0', table='clinical_itemgroup', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='item_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='9f2a2f0ec5597f9a13ddc1d77b9b5c15bc00bdfb', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_item_once_published_c5d01', table='clinical_item', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='item',
            trigger=pgtrigger.compiler.Trigger(name='item_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.form_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_form WHERE id = NEW.form_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The form belongs to another definition.';\n            END IF;\n            IF NEW.group_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_itemgroup WHERE id = NEW.group_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The group belongs to another definition.';\n            END IF;\n            IF NEW.code_list_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_codelist WHERE id = NEW.code_list_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The code list belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='43e27c2cc54ea9dce91e24fde53f2296a1c4243a', operation='INSERT OR UPDATE', pgid='pgtrigger_item_of_one_definition_a9346', table='clinical_item', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='missingcode',
            trigger=pgtrigger.compiler.Trigger(name='missing_code_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='97753852d3aecc1dee1e7cc3b557b65333c004aa', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_missing_code_once_published_8f977', table='clinical_missingcode', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='patient_index_date', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="IF NEW.index_date > (SELECT (now() AT TIME ZONE s.time_zone)::date\n                     FROM studies_study s WHERE s.id = NEW.study_id) THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_index_date_not_in_future',\n        MESSAGE = format('The index date %s lies in the future.', NEW.index_date);\nEND IF;\nIF EXISTS (SELECT FROM clinical_followup f WHERE f.patient_id = NEW.id\n           AND (f.contact_date < NEW.index_date OR f.progression_date < NEW.index_date)) THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_index_date_before_follow_up',\n        MESSAGE = format('The index date %s lies after a contact or progression that is already recorded.', NEW.index_date);\nEND IF;\nRETURN NULL;\n", hash='90288244cb743499666b312a2445b79db417affd', operation='INSERT OR UPDATE OF "index_date", "study_id"', pgid='pgtrigger_patient_index_date_ed2fd', table='clinical_patient', timing='DEFERRABLE INITIALLY IMMEDIATE', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='patient_of_one_study', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="IF NOT EXISTS (SELECT FROM studies_site WHERE id = NEW.site_id AND study_id = NEW.study_id)\n   OR NOT EXISTS (SELECT FROM studies_cohort WHERE id = NEW.cohort_id AND study_id = NEW.study_id) THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_patient_site_and_cohort_of_the_study',\n        MESSAGE = 'The site and the cohort of a patient belong to the study of the patient.';\nEND IF;\nRETURN NULL;\n", hash='f30c8d6b98c7bdad548d1dbdc8727b3f548617d5', operation='INSERT OR UPDATE OF "study_id", "site_id", "cohort_id"', pgid='pgtrigger_patient_of_one_study_64778', table='clinical_patient', timing='DEFERRABLE INITIALLY IMMEDIATE', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_patientevent" ("cohort_id", "created_at", "id", "index_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "study_id", "subject_id") VALUES (NEW."cohort_id", NEW."created_at", NEW."id", NEW."index_date", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."site_id", NEW."study_id", NEW."subject_id"); RETURN NULL;', hash='aa9291d4c07c0fa42daf0c218808540291f6ee27', operation='INSERT', pgid='pgtrigger_insert_insert_8317d', table='clinical_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clinical_patientevent" ("cohort_id", "created_at", "id", "index_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "study_id", "subject_id") VALUES (NEW."cohort_id", NEW."created_at", NEW."id", NEW."index_date", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."site_id", NEW."study_id", NEW."subject_id"); RETURN NULL;', hash='b20e4780024b2b0e5a13737ec17747f895f59479', operation='UPDATE', pgid='pgtrigger_update_update_f6a0e', table='clinical_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patient',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_patientevent" ("cohort_id", "created_at", "id", "index_date", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "site_id", "study_id", "subject_id") VALUES (OLD."cohort_id", OLD."created_at", OLD."id", OLD."index_date", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."site_id", OLD."study_id", OLD."subject_id"); RETURN NULL;', hash='62ac88e122cfed0b59cdcc5666d13a79792dfe5c', operation='DELETE', pgid='pgtrigger_delete_delete_6a83c', table='clinical_patient', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followupevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='324511787a382c682d1e2757079164a10f3c16da', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_be535', table='clinical_followupevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='follow_up_dates', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE first_dose date; today date;', func="-- The lock makes two contacts of one patient wait for each other.\nSELECT p.index_date, (now() AT TIME ZONE s.time_zone)::date INTO first_dose, today\nFROM clinical_patient p JOIN studies_study s ON s.id = p.study_id\nWHERE p.id = NEW.patient_id FOR NO KEY UPDATE OF p;\nIF NEW.contact_date < first_dose THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_before_index',\n        MESSAGE = format('The contact on %s lies before the index date %s.', NEW.contact_date, first_dose);\nEND IF;\nIF NEW.progression_date < first_dose THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_progression_not_before_index',\n        MESSAGE = format('The progression on %s lies before the index date %s.', NEW.progression_date, first_dose);\nEND IF;\nIF NEW.contact_date > today THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_in_future',\n        MESSAGE = format('The contact on %s lies in the future.', NEW.contact_date);\nEND IF;\nIF EXISTS (\n    SELECT FROM clinical_followup a JOIN clinical_followup b ON b.patient_id = a.patient_id\n    WHERE a.patient_id = NEW.patient_id AND a.status = 'dead' AND b.contact_date > a.contact_date\n) THEN\n    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_after_death',\n        MESSAGE = 'A contact cannot lie after the death of the patient.';\nEND IF;\nRETURN NULL;\n", hash='34d8057f8fbd7ecd7af10f46bcdd74055e91381a', operation='INSERT OR UPDATE', pgid='pgtrigger_follow_up_dates_5a606', table='clinical_followup', timing='DEFERRABLE INITIALLY IMMEDIATE', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_followupevent" ("cause", "contact_date", "created_at", "disease_assessed", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_date", "response", "status") VALUES (NEW."cause", NEW."contact_date", NEW."created_at", NEW."disease_assessed", NEW."id", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."progression_date", NEW."response", NEW."status"); RETURN NULL;', hash='d2809f2c944d94fa19fc29583b845190382ff887', operation='INSERT', pgid='pgtrigger_insert_insert_6eb75', table='clinical_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clinical_followupevent" ("cause", "contact_date", "created_at", "disease_assessed", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_date", "response", "status") VALUES (NEW."cause", NEW."contact_date", NEW."created_at", NEW."disease_assessed", NEW."id", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."progression_date", NEW."response", NEW."status"); RETURN NULL;', hash='1818e65c437c019c8fdcfbbd0b266756039237e7', operation='UPDATE', pgid='pgtrigger_update_update_ff43c', table='clinical_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_followupevent" ("cause", "contact_date", "created_at", "disease_assessed", "id", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progression_date", "response", "status") VALUES (OLD."cause", OLD."contact_date", OLD."created_at", OLD."disease_assessed", OLD."id", OLD."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."progression_date", OLD."response", OLD."status"); RETURN NULL;', hash='355a9ed69067f4ebea156252d539bd584463cecd', operation='DELETE', pgid='pgtrigger_delete_delete_c0b2a', table='clinical_followup', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledformevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d28c701d48210c321ca61d055abcf98a617cdf61', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_5d700', table='clinical_filledformevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledform',
            trigger=pgtrigger.compiler.Trigger(name='filled_as_defined', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE kind record; wrong bigint; names text[]; tests text[]; named text; fails boolean;', func='-- What the database refuses of filled forms, after each statement that writes some: `filled` holds them. Built from the definition\'s\n-- own rows, so that no rule stands twice: for each kind of form the tests of its items are put together once, as one expression\n-- over "values" ($t$..$t$ is a quotation), and looked for a form that fails it. Texts, missing codes and states are checked only\n-- where there are any.\nSELECT f.id INTO wrong FROM filled f\nJOIN clinical_patient p ON p.id = f.patient_id\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nJOIN clinical_definition d ON d.id = ef.definition_id\nJOIN clinical_studyevent e ON e.id = ef.event_id\nJOIN clinical_form m ON m.id = ef.form_id\nWHERE d.study_id <> p.study_id OR d.published_at IS NULL OR f.event_oid <> e.oid OR f.form_oid <> m.oid\n    OR (f.event_instance > 1 AND NOT e.repeats) OR (f.form_instance > 1 AND NOT ef.repeats)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_of_its_study\',\n        MESSAGE = format(\'The form %s is not one of a published definition of the patient\'\'s study.\', wrong);\nEND IF;\n\nFOR kind IN SELECT DISTINCT ef.form_id FROM filled f JOIN clinical_eventform ef ON ef.id = f.event_form_id LOOP\n    SELECT array_agg(i.name ORDER BY i.id), array_agg(CASE\n        WHEN i.type IN (\'integer\', \'decimal\') THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'number\' THEN ("values"->%1$L)::float8 BETWEEN %2$L::float8 AND %3$L::float8%4$s\n               ELSE "values"->%1$L IS NULL END$t$,\n            i.name, coalesce(i.hard_low, \'-infinity\'), coalesce(i.hard_high, \'infinity\'),\n            CASE i.type WHEN \'integer\' THEN format($t$ AND ("values"->%1$L)::numeric %% 1 = 0$t$, i.name) ELSE \'\' END)\n        WHEN i.type = \'yes_no\' THEN format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'boolean\', true)$t$, i.name)\n        WHEN i.type = \'code\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L = ANY(%2$L::text[])\n               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)\n        WHEN i.type = \'codes\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'array\' THEN "values"->%1$L <@ to_jsonb(%2$L::text[])\n               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)\n        WHEN i.type = \'date\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ %2$L\n                    AND pg_input_is_valid("values"->>%1$L || substr(\'-01-01\', length("values"->>%1$L) - 3), \'date\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name,\n            CASE i.precision WHEN \'year\' THEN \'^\\d{4}(-\\d\\d(-\\d\\d)?)?$\' WHEN \'month\' THEN \'^\\d{4}-\\d\\d(-\\d\\d)?$\'\n                ELSE \'^\\d{4}-\\d\\d-\\d\\d$\' END)\n        WHEN i.type = \'datetime\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ %2$L\n                    AND pg_input_is_valid("values"->>%1$L, \'timestamp\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name,\n            CASE i.precision WHEN \'second\' THEN \'^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$\'\n                ELSE \'^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?$\' END)\n        WHEN i.type = \'time\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ \'^\\d\\d:\\d\\d(:\\d\\d)?$\'\n                    AND pg_input_is_valid("values"->>%1$L, \'time\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name)\n        WHEN i.type = \'file\' THEN format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'string\' AND "values"->>%1$L ~ \'^[0-9a-f]{64}$\', true)$t$, i.name)\n        ELSE format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'string\' AND length("values"->>%1$L) BETWEEN 1 AND %2$L::int, true)$t$,\n            i.name, coalesce(i.longest, 10000))\n        END ORDER BY i.id)\n    INTO names, tests\n    FROM clinical_item i LEFT JOIN LATERAL (\n        SELECT coalesce(array_agg(c.code), \'{}\') AS of_list FROM clinical_code c WHERE c.code_list_id = i.code_list_id\n    ) codes ON true\n    WHERE i.form_id = kind.form_id AND i.type <> \'heading\';\n    tests := coalesce(tests, \'{}\');\n    EXECUTE format(\n        $q$SELECT id FROM filled WHERE event_form_id IN (SELECT id FROM clinical_eventform WHERE form_id = %L)\n           AND (%s) IS NOT TRUE LIMIT 1$q$,\n        kind.form_id,\n        array_to_string(tests || format($t$"values" - %L::text[] = \'{}\'$t$, coalesce(names, \'{}\')), \' AND \')\n    ) INTO wrong;\n    IF wrong IS NOT NULL THEN\n        FOR place IN 1 .. cardinality(tests) LOOP\n            EXECUTE format(\'SELECT (%s) IS NOT TRUE FROM filled WHERE id = %L\', tests[place], wrong) INTO fails;\n            IF fails THEN\n                RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_as_defined\',\n                    MESSAGE = format(\'%s cannot be what is given: its type, range or codes do not allow it.\', names[place]);\n            END IF;\n        END LOOP;\n        RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_as_defined\',\n            MESSAGE = \'The form holds an item that it does not have.\';\n    END IF;\nEND LOOP;\n\nSELECT g.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.given) g\nCROSS JOIN LATERAL (SELECT trim(normalize(g.value, NFKC)) AS plain) n\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = g.key\nWHERE f.given <> \'{}\' AND (i.id IS NULL OR i.type = \'heading\' OR (CASE\nWHEN NOT f."values" ? g.key THEN NOT (f.missing ? g.key OR f.states @> jsonb_build_object(g.key, \'nonconforming\'))\nWHEN i.type IN (\'integer\', \'decimal\') THEN CASE\n    WHEN pg_input_is_valid(n.plain, \'float8\') THEN n.plain::float8 <> (f."values"->g.key)::float8\n    WHEN n.plain ~ \'^[-+]?[0-9.,]+$\' THEN NOT (\n        CASE WHEN pg_input_is_valid(replace(n.plain, \',\', \'.\'), \'float8\')\n            THEN replace(n.plain, \',\', \'.\')::float8 = (f."values"->g.key)::float8 ELSE false END\n        OR CASE WHEN pg_input_is_valid(replace(n.plain, \',\', \'\'), \'float8\')\n            THEN replace(n.plain, \',\', \'\')::float8 = (f."values"->g.key)::float8 ELSE false END)\n    ELSE n.plain !~ \'^[-+]?[0-9]\' END  -- a number and a unit that is not the item\'s own\nWHEN i.type IN (\'date\', \'datetime\') AND n.plain ~ \'^\\d{4}-\\d\\d\' THEN\n    replace(n.plain, \' \', \'T\') <> f."values"->>g.key\nWHEN i.type = \'code\' AND EXISTS (\n    SELECT FROM clinical_code c WHERE c.code_list_id = i.code_list_id AND c.code = g.value\n) THEN g.value <> f."values"->>g.key\nWHEN i.type = \'yes_no\' AND lower(n.plain) IN (\'true\', \'yes\', \'1\') THEN f."values"->g.key <> \'true\'\nWHEN i.type = \'yes_no\' AND lower(n.plain) IN (\'false\', \'no\', \'0\') THEN f."values"->g.key <> \'false\'\nWHEN i.type = \'text\' THEN n.plain <> normalize(f."values"->>g.key, NFKC)\nELSE false END) IS NOT FALSE)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_text_and_value\',\n        MESSAGE = format(\'The value of %s disagrees with the text that was given.\', named);\nEND IF;\n\nSELECT m.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.missing) m\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = m.key AND i.type <> \'heading\'\nWHERE f.missing <> \'{}\' AND (\n    i.id IS NULL OR f."values" ? m.key OR NOT EXISTS (\n        SELECT FROM clinical_missingcode c WHERE c.definition_id = ef.definition_id AND c.code = m.value))\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_missing_code\',\n        MESSAGE = format(\'%s has a missing code that the study does not have, or beside a value.\', named);\nEND IF;\n\nSELECT s.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.states) s\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = s.key AND i.type <> \'heading\'\nWHERE f.states <> \'{}\' AND (\n    i.id IS NULL\n    OR CASE s.value WHEN \'soft\' THEN NOT f."values" ? s.key\n        WHEN \'nonconforming\' THEN f."values" ? s.key OR NOT f.given ? s.key ELSE true END)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_state\',\n        MESSAGE = format(\'%s has a state that does not fit it.\', named);\nEND IF;\nRETURN NULL;\n', hash='b202630b9fdc80e3866c5fb8b8a9776e1fb9516c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_filled_as_defined_64246', referencing='REFERENCING NEW TABLE AS filled ', table='clinical_filledform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledform',
            trigger=pgtrigger.compiler.Trigger(name='refilled_as_defined', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE kind record; wrong bigint; names text[]; tests text[]; named text; fails boolean;', func='-- What the database refuses of filled forms, after each statement that writes some: `filled` holds them. Built from the definition\'s\n-- own rows, so that no rule stands twice: for each kind of form the tests of its items are put together once, as one expression\n-- over "values" ($t$..$t$ is a quotation), and looked for a form that fails it. Texts, missing codes and states are checked only\n-- where there are any.\nSELECT f.id INTO wrong FROM filled f\nJOIN clinical_patient p ON p.id = f.patient_id\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nJOIN clinical_definition d ON d.id = ef.definition_id\nJOIN clinical_studyevent e ON e.id = ef.event_id\nJOIN clinical_form m ON m.id = ef.form_id\nWHERE d.study_id <> p.study_id OR d.published_at IS NULL OR f.event_oid <> e.oid OR f.form_oid <> m.oid\n    OR (f.event_instance > 1 AND NOT e.repeats) OR (f.form_instance > 1 AND NOT ef.repeats)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_of_its_study\',\n        MESSAGE = format(\'The form %s is not one of a published definition of the patient\'\'s study.\', wrong);\nEND IF;\n\nFOR kind IN SELECT DISTINCT ef.form_id FROM filled f JOIN clinical_eventform ef ON ef.id = f.event_form_id LOOP\n    SELECT array_agg(i.name ORDER BY i.id), array_agg(CASE\n        WHEN i.type IN (\'integer\', \'decimal\') THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'number\' THEN ("values"->%1$L)::float8 BETWEEN %2$L::float8 AND %3$L::float8%4$s\n               ELSE "values"->%1$L IS NULL END$t$,\n            i.name, coalesce(i.hard_low, \'-infinity\'), coalesce(i.hard_high, \'infinity\'),\n            CASE i.type WHEN \'integer\' THEN format($t$ AND ("values"->%1$L)::numeric %% 1 = 0$t$, i.name) ELSE \'\' END)\n        WHEN i.type = \'yes_no\' THEN format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'boolean\', true)$t$, i.name)\n        WHEN i.type = \'code\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L = ANY(%2$L::text[])\n               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)\n        WHEN i.type = \'codes\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'array\' THEN "values"->%1$L <@ to_jsonb(%2$L::text[])\n               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)\n        WHEN i.type = \'date\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ %2$L\n                    AND pg_input_is_valid("values"->>%1$L || substr(\'-01-01\', length("values"->>%1$L) - 3), \'date\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name,\n            CASE i.precision WHEN \'year\' THEN \'^\\d{4}(-\\d\\d(-\\d\\d)?)?$\' WHEN \'month\' THEN \'^\\d{4}-\\d\\d(-\\d\\d)?$\'\n                ELSE \'^\\d{4}-\\d\\d-\\d\\d$\' END)\n        WHEN i.type = \'datetime\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ %2$L\n                    AND pg_input_is_valid("values"->>%1$L, \'timestamp\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name,\n            CASE i.precision WHEN \'second\' THEN \'^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d$\'\n                ELSE \'^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d)?$\' END)\n        WHEN i.type = \'time\' THEN format(\n            $t$CASE jsonb_typeof("values"->%1$L) WHEN \'string\' THEN "values"->>%1$L ~ \'^\\d\\d:\\d\\d(:\\d\\d)?$\'\n                    AND pg_input_is_valid("values"->>%1$L, \'time\')\n               ELSE "values"->%1$L IS NULL END$t$, i.name)\n        WHEN i.type = \'file\' THEN format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'string\' AND "values"->>%1$L ~ \'^[0-9a-f]{64}$\', true)$t$, i.name)\n        ELSE format(\n            $t$coalesce(jsonb_typeof("values"->%1$L) = \'string\' AND length("values"->>%1$L) BETWEEN 1 AND %2$L::int, true)$t$,\n            i.name, coalesce(i.longest, 10000))\n        END ORDER BY i.id)\n    INTO names, tests\n    FROM clinical_item i LEFT JOIN LATERAL (\n        SELECT coalesce(array_agg(c.code), \'{}\') AS of_list FROM clinical_code c WHERE c.code_list_id = i.code_list_id\n    ) codes ON true\n    WHERE i.form_id = kind.form_id AND i.type <> \'heading\';\n    tests := coalesce(tests, \'{}\');\n    EXECUTE format(\n        $q$SELECT id FROM filled WHERE event_form_id IN (SELECT id FROM clinical_eventform WHERE form_id = %L)\n           AND (%s) IS NOT TRUE LIMIT 1$q$,\n        kind.form_id,\n        array_to_string(tests || format($t$"values" - %L::text[] = \'{}\'$t$, coalesce(names, \'{}\')), \' AND \')\n    ) INTO wrong;\n    IF wrong IS NOT NULL THEN\n        FOR place IN 1 .. cardinality(tests) LOOP\n            EXECUTE format(\'SELECT (%s) IS NOT TRUE FROM filled WHERE id = %L\', tests[place], wrong) INTO fails;\n            IF fails THEN\n                RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_as_defined\',\n                    MESSAGE = format(\'%s cannot be what is given: its type, range or codes do not allow it.\', names[place]);\n            END IF;\n        END LOOP;\n        RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_as_defined\',\n            MESSAGE = \'The form holds an item that it does not have.\';\n    END IF;\nEND LOOP;\n\nSELECT g.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.given) g\nCROSS JOIN LATERAL (SELECT trim(normalize(g.value, NFKC)) AS plain) n\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = g.key\nWHERE f.given <> \'{}\' AND (i.id IS NULL OR i.type = \'heading\' OR (CASE\nWHEN NOT f."values" ? g.key THEN NOT (f.missing ? g.key OR f.states @> jsonb_build_object(g.key, \'nonconforming\'))\nWHEN i.type IN (\'integer\', \'decimal\') THEN CASE\n    WHEN pg_input_is_valid(n.plain, \'float8\') THEN n.plain::float8 <> (f."values"->g.key)::float8\n    WHEN n.plain ~ \'^[-+]?[0-9.,]+$\' THEN NOT (\n        CASE WHEN pg_input_is_valid(replace(n.plain, \',\', \'.\'), \'float8\')\n            THEN replace(n.plain, \',\', \'.\')::float8 = (f."values"->g.key)::float8 ELSE false END\n        OR CASE WHEN pg_input_is_valid(replace(n.plain, \',\', \'\'), \'float8\')\n            THEN replace(n.plain, \',\', \'\')::float8 = (f."values"->g.key)::float8 ELSE false END)\n    ELSE n.plain !~ \'^[-+]?[0-9]\' END  -- a number and a unit that is not the item\'s own\nWHEN i.type IN (\'date\', \'datetime\') AND n.plain ~ \'^\\d{4}-\\d\\d\' THEN\n    replace(n.plain, \' \', \'T\') <> f."values"->>g.key\nWHEN i.type = \'code\' AND EXISTS (\n    SELECT FROM clinical_code c WHERE c.code_list_id = i.code_list_id AND c.code = g.value\n) THEN g.value <> f."values"->>g.key\nWHEN i.type = \'yes_no\' AND lower(n.plain) IN (\'true\', \'yes\', \'1\') THEN f."values"->g.key <> \'true\'\nWHEN i.type = \'yes_no\' AND lower(n.plain) IN (\'false\', \'no\', \'0\') THEN f."values"->g.key <> \'false\'\nWHEN i.type = \'text\' THEN n.plain <> normalize(f."values"->>g.key, NFKC)\nELSE false END) IS NOT FALSE)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_text_and_value\',\n        MESSAGE = format(\'The value of %s disagrees with the text that was given.\', named);\nEND IF;\n\nSELECT m.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.missing) m\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = m.key AND i.type <> \'heading\'\nWHERE f.missing <> \'{}\' AND (\n    i.id IS NULL OR f."values" ? m.key OR NOT EXISTS (\n        SELECT FROM clinical_missingcode c WHERE c.definition_id = ef.definition_id AND c.code = m.value))\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_missing_code\',\n        MESSAGE = format(\'%s has a missing code that the study does not have, or beside a value.\', named);\nEND IF;\n\nSELECT s.key INTO named FROM filled f\nJOIN clinical_eventform ef ON ef.id = f.event_form_id\nCROSS JOIN LATERAL jsonb_each_text(f.states) s\nLEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = s.key AND i.type <> \'heading\'\nWHERE f.states <> \'{}\' AND (\n    i.id IS NULL\n    OR CASE s.value WHEN \'soft\' THEN NOT f."values" ? s.key\n        WHEN \'nonconforming\' THEN f."values" ? s.key OR NOT f.given ? s.key ELSE true END)\nLIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION USING ERRCODE = \'check_violation\', CONSTRAINT = \'clinical_filled_form_state\',\n        MESSAGE = format(\'%s has a state that does not fit it.\', named);\nEND IF;\nRETURN NULL;\n', hash='3d1fcb92085ea460ba52efe68ca2916b216a5a37', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_refilled_as_defined_33392', referencing='REFERENCING NEW TABLE AS filled ', table='clinical_filledform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledform',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_filledformevent" ("created_at", "event_form_id", "event_instance", "event_oid", "form_instance", "form_oid", "given", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "states", "status", "values", "void_reason", "voided_at") VALUES (NEW."created_at", NEW."event_form_id", NEW."event_instance", NEW."event_oid", NEW."form_instance", NEW."form_oid", NEW."given", NEW."id", NEW."missing", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'insert\', NEW."id", NEW."states", NEW."status", NEW."values", NEW."void_reason", NEW."voided_at"); RETURN NULL;', hash='0381e4741d96280c55784bc63ff24608334cc015', operation='INSERT', pgid='pgtrigger_insert_insert_8893f', table='clinical_filledform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledform',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "clinical_filledformevent" ("created_at", "event_form_id", "event_instance", "event_oid", "form_instance", "form_oid", "given", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "states", "status", "values", "void_reason", "voided_at") VALUES (NEW."created_at", NEW."event_form_id", NEW."event_instance", NEW."event_oid", NEW."form_instance", NEW."form_oid", NEW."given", NEW."id", NEW."missing", NEW."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'update\', NEW."id", NEW."states", NEW."status", NEW."values", NEW."void_reason", NEW."voided_at"); RETURN NULL;', hash='57fad33d0f5f232346d1a1c1f7d69ea44c4275af', operation='UPDATE', pgid='pgtrigger_update_update_ce131', table='clinical_filledform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='filledform',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "clinical_filledformevent" ("created_at", "event_form_id", "event_instance", "event_oid", "form_instance", "form_oid", "given", "id", "missing", "patient_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "states", "status", "values", "void_reason", "voided_at") VALUES (OLD."created_at", OLD."event_form_id", OLD."event_instance", OLD."event_oid", OLD."form_instance", OLD."form_oid", OLD."given", OLD."id", OLD."missing", OLD."patient_id", _pgh_attach_context(), CLOCK_TIMESTAMP(), \'delete\', OLD."id", OLD."states", OLD."status", OLD."values", OLD."void_reason", OLD."voided_at"); RETURN NULL;', hash='696670bf4feeeec8d413688d306817940438a9f0', operation='DELETE', pgid='pgtrigger_delete_delete_875c8', table='clinical_filledform', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='patientevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3addaf433f41c98761fe22f27d0350c515cb80d3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d9a72', table='clinical_patientevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='studyevent',
            trigger=pgtrigger.compiler.Trigger(name='event_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='9d61ad564116b94bc927691aa943a620d3c4e970', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_event_once_published_0d4d3', table='clinical_studyevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='studyevent',
            trigger=pgtrigger.compiler.Trigger(name='event_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.arm_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_arm WHERE id = NEW.arm_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The arm belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='59b0004d47177ce32ca559968c0c71230d242bb9', operation='INSERT OR UPDATE', pgid='pgtrigger_event_of_one_definition_c7eea', table='clinical_studyevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventform',
            trigger=pgtrigger.compiler.Trigger(name='event_form_once_published', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF EXISTS (\n                SELECT FROM clinical_definition WHERE published_at IS NOT NULL\n                AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.definition_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.definition_id END)\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_definition_once_published', MESSAGE = 'A published definition does not change; amend it by a new version.';\n            END IF;\n            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;", hash='d2cf5085d5ff7bff9fa894d3c4778728a65b6ba9', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_event_form_once_published_ef339', table='clinical_eventform', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='eventform',
            trigger=pgtrigger.compiler.Trigger(name='event_form_of_one_definition', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF NEW.event_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_studyevent WHERE id = NEW.event_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The event belongs to another definition.';\n            END IF;\n            IF NEW.form_id IS NOT NULL AND NOT EXISTS (\n                SELECT FROM clinical_form WHERE id = NEW.form_id AND definition_id = NEW.definition_id\n            ) THEN\n                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_parts_of_one_definition', MESSAGE = 'The form belongs to another definition.';\n            END IF;\n            RETURN NEW;", hash='d6f9c4bb48b356cc6a9d9d32063e4e8051424a84', operation='INSERT OR UPDATE', pgid='pgtrigger_event_form_of_one_definition_73388', table='clinical_eventform', when='BEFORE')),
        ),
    ]
