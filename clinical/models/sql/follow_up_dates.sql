-- The lock makes two contacts of one patient wait for each other.
SELECT p.index_date, (now() AT TIME ZONE s.time_zone)::date INTO first_dose, today
FROM clinical_patient p JOIN studies_study s ON s.id = p.study_id
WHERE p.id = NEW.patient_id FOR NO KEY UPDATE OF p;
IF NEW.contact_date < first_dose THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_before_index',
        MESSAGE = format('The contact on %s lies before the index date %s.', NEW.contact_date, first_dose);
END IF;
IF NEW.progression_date < first_dose THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_progression_not_before_index',
        MESSAGE = format('The progression on %s lies before the index date %s.', NEW.progression_date, first_dose);
END IF;
IF NEW.contact_date > today THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_in_future',
        MESSAGE = format('The contact on %s lies in the future.', NEW.contact_date);
END IF;
IF EXISTS (
    SELECT FROM clinical_followup a JOIN clinical_followup b ON b.patient_id = a.patient_id
    WHERE a.patient_id = NEW.patient_id AND a.status = 'dead' AND b.contact_date > a.contact_date
) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_follow_up_not_after_death',
        MESSAGE = 'A contact cannot lie after the death of the patient.';
END IF;
RETURN NULL;
