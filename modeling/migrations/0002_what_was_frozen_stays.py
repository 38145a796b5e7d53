"""Specifications and frozen datasets never change; a version's content, once stored, neither."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION modeling_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME,
        MESSAGE = format('Rows of %s are never changed or deleted; make a new one.', TG_TABLE_NAME);
END $$;

CREATE TRIGGER modeling_specification_is_immutable BEFORE UPDATE OR DELETE ON modeling_modelspecification
    FOR EACH ROW EXECUTE FUNCTION modeling_refuse_change();
CREATE TRIGGER modeling_dataset_is_immutable BEFORE UPDATE OR DELETE ON modeling_frozendataset
    FOR EACH ROW EXECUTE FUNCTION modeling_refuse_change();
CREATE TRIGGER modeling_version_content_is_immutable
    BEFORE UPDATE OF content, content_hash, features, metrics, report, software, specification_id, dataset_id, number
    ON modeling_modelversion FOR EACH ROW EXECUTE FUNCTION modeling_refuse_change();
-- What came out of all repeats is written once.
CREATE TRIGGER modeling_cross_validation_is_kept BEFORE UPDATE OF cross_validation
    ON modeling_modelversion FOR EACH ROW WHEN (OLD.cross_validation IS NOT NULL)
    EXECUTE FUNCTION modeling_refuse_change();
CREATE TRIGGER modeling_version_is_kept BEFORE DELETE ON modeling_modelversion
    FOR EACH ROW EXECUTE FUNCTION modeling_refuse_change();
"""

BACKWARD = """
DROP TRIGGER modeling_cross_validation_is_kept ON modeling_modelversion;
DROP TRIGGER modeling_version_is_kept ON modeling_modelversion;
DROP TRIGGER modeling_version_content_is_immutable ON modeling_modelversion;
DROP TRIGGER modeling_dataset_is_immutable ON modeling_frozendataset;
DROP TRIGGER modeling_specification_is_immutable ON modeling_modelspecification;
DROP FUNCTION modeling_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("modeling", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
