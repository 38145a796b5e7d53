"""Rules about dates that reach across rows, held by the database for every writer.

Each refusal carries a constraint name, so that services can explain it (clinical/refusals.py).
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION clinical_refuse(constraint_name text, sentence text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = sentence, CONSTRAINT = constraint_name;
END $$;

CREATE FUNCTION clinical_check_follow_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_dose date;
    today date;
BEGIN
    -- The lock makes two contacts of one patient wait for each other.
    SELECT p.index_date, (now() AT TIME ZONE s.time_zone)::date INTO first_dose, today
    FROM clinical_patient p JOIN studies_study s ON s.id = p.study_id
    WHERE p.id = NEW.patient_id FOR NO KEY UPDATE OF p;
    IF NEW.contact_date < first_dose THEN
        PERFORM clinical_refuse('clinical_follow_up_not_before_index',
            format('The contact on %s lies before the index date %s.', NEW.contact_date, first_dose));
    END IF;
    IF NEW.progression_date < first_dose THEN
        PERFORM clinical_refuse('clinical_progression_not_before_index',
            format('The progression on %s lies before the index date %s.', NEW.progression_date, first_dose));
    END IF;
    IF NEW.contact_date > today THEN
        PERFORM clinical_refuse('clinical_follow_up_not_in_future',
            format('The contact on %s lies in the future.', NEW.contact_date));
    END IF;
    IF EXISTS (
        SELECT FROM clinical_followup a JOIN clinical_followup b ON b.patient_id = a.patient_id
        WHERE a.patient_id = NEW.patient_id AND a.status = 'dead' AND b.contact_date > a.contact_date
    ) THEN
        PERFORM clinical_refuse('clinical_follow_up_not_after_death',
            'A contact cannot lie after the death of the patient.');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION clinical_check_index_date() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.index_date > (SELECT (now() AT TIME ZONE s.time_zone)::date
                         FROM studies_study s WHERE s.id = NEW.study_id) THEN
        PERFORM clinical_refuse('clinical_index_date_not_in_future',
            format('The index date %s lies in the future.', NEW.index_date));
    END IF;
    IF EXISTS (SELECT FROM clinical_followup f WHERE f.patient_id = NEW.id
               AND (f.contact_date < NEW.index_date OR f.progression_date < NEW.index_date)) THEN
        PERFORM clinical_refuse('clinical_index_date_before_follow_up',
            format('The index date %s lies after a contact or progression that is already recorded.', NEW.index_date));
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION clinical_check_same_study() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM studies_site WHERE id = NEW.site_id AND study_id = NEW.study_id)
       OR NOT EXISTS (SELECT FROM studies_cohort WHERE id = NEW.cohort_id AND study_id = NEW.study_id) THEN
        PERFORM clinical_refuse('clinical_patient_site_and_cohort_of_the_study',
            'The site and the cohort of a patient belong to the study of the patient.');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION clinical_check_collected_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.collected_on > (SELECT (now() AT TIME ZONE s.time_zone)::date
                           FROM clinical_patient p JOIN studies_study s ON s.id = p.study_id
                           WHERE p.id = NEW.patient_id) THEN
        PERFORM clinical_refuse('clinical_collected_on_not_in_future',
            format('The blood was collected on %s, which lies in the future.', NEW.collected_on));
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE CONSTRAINT TRIGGER clinical_follow_up_dates AFTER INSERT OR UPDATE ON clinical_followup
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION clinical_check_follow_up();
CREATE CONSTRAINT TRIGGER clinical_patient_index_date AFTER INSERT OR UPDATE OF index_date, study_id
    ON clinical_patient DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION clinical_check_index_date();
CREATE CONSTRAINT TRIGGER clinical_patient_same_study AFTER INSERT OR UPDATE OF study_id, site_id, cohort_id
    ON clinical_patient DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION clinical_check_same_study();
CREATE CONSTRAINT TRIGGER clinical_lab_collected_on AFTER INSERT OR UPDATE OF collected_on
    ON clinical_labresult DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION clinical_check_collected_on();
"""

UNDO = """
DROP TRIGGER clinical_lab_collected_on ON clinical_labresult;
DROP TRIGGER clinical_patient_same_study ON clinical_patient;
DROP TRIGGER clinical_patient_index_date ON clinical_patient;
DROP TRIGGER clinical_follow_up_dates ON clinical_followup;
DROP FUNCTION clinical_check_collected_on();
DROP FUNCTION clinical_check_same_study();
DROP FUNCTION clinical_check_index_date();
DROP FUNCTION clinical_check_follow_up();
DROP FUNCTION clinical_refuse(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("clinical", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
