-- A specimen belongs to a visit of what its study collects now, by its name. `written` holds the rows of a statement; an import
-- writes thousands at two or three visits, so each visit is looked up once. The study is held first: a version of its definition
-- that is being published meanwhile is waited for, and one that is published afterwards finds these specimens.
PERFORM FROM studies_study WHERE id IN (SELECT study_id FROM written) ORDER BY id FOR KEY SHARE;

SELECT w.timepoint INTO unknown FROM (SELECT DISTINCT study_id, timepoint FROM written) w
WHERE NOT EXISTS (
    SELECT FROM clinical_studyevent e WHERE e.name = w.timepoint AND e.definition_id = (
        SELECT d.id FROM clinical_definition d WHERE d.study_id = w.study_id AND d.published_at IS NOT NULL
        ORDER BY d.version DESC LIMIT 1))
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'assays_specimen_of_a_visit',
        MESSAGE = format('The published definition of the study has no visit called %s.', unknown);
END IF;
RETURN NULL;
