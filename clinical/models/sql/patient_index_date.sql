IF NEW.index_date > (SELECT (now() AT TIME ZONE s.time_zone)::date
                     FROM studies_study s WHERE s.id = NEW.study_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_index_date_not_in_future',
        MESSAGE = format('The index date %s lies in the future.', NEW.index_date);
END IF;
IF EXISTS (SELECT FROM clinical_followup f WHERE f.patient_id = NEW.id
           AND (f.contact_date < NEW.index_date OR f.progression_date < NEW.index_date)) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_index_date_before_follow_up',
        MESSAGE = format('The index date %s lies after a contact or progression that is already recorded.', NEW.index_date);
END IF;
RETURN NULL;
