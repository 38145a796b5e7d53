IF NOT EXISTS (SELECT FROM studies_site WHERE id = NEW.site_id AND study_id = NEW.study_id)
   OR NOT EXISTS (SELECT FROM studies_cohort WHERE id = NEW.cohort_id AND study_id = NEW.study_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_patient_site_and_cohort_of_the_study',
        MESSAGE = 'The site and the cohort of a patient belong to the study of the patient.';
END IF;
RETURN NULL;
