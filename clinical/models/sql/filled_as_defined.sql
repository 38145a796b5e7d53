-- What the database refuses of filled forms, after each statement that writes some: `filled` holds them. Built from the definition's
-- own rows, so that no rule stands twice: for each kind of form the tests of its items are put together once, as one expression
-- over "values" ($t$..$t$ is a quotation), and looked for a form that fails it. Texts, missing codes and states are checked only
-- where there are any.
SELECT f.id INTO wrong FROM filled f
JOIN clinical_patient p ON p.id = f.patient_id
JOIN clinical_eventform ef ON ef.id = f.event_form_id
JOIN clinical_definition d ON d.id = ef.definition_id
JOIN clinical_studyevent e ON e.id = ef.event_id
JOIN clinical_form m ON m.id = ef.form_id
WHERE d.study_id <> p.study_id OR d.published_at IS NULL OR f.event_oid <> e.oid OR f.form_oid <> m.oid
    OR (f.event_instance > 1 AND NOT e.repeats) OR (f.form_instance > 1 AND NOT ef.repeats)
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_of_its_study',
        MESSAGE = format('The form %s is not one of a published definition of the patient''s study.', wrong);
END IF;

FOR kind IN SELECT DISTINCT ef.form_id FROM filled f JOIN clinical_eventform ef ON ef.id = f.event_form_id LOOP
    SELECT array_agg(i.name ORDER BY i.id), array_agg(CASE
        WHEN i.type IN ('integer', 'decimal') THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'number' THEN ("values"->%1$L)::float8 BETWEEN %2$L::float8 AND %3$L::float8%4$s
               ELSE "values"->%1$L IS NULL END$t$,
            i.name, coalesce(i.hard_low, '-infinity'), coalesce(i.hard_high, 'infinity'),
            CASE i.type WHEN 'integer' THEN format($t$ AND ("values"->%1$L)::numeric %% 1 = 0$t$, i.name) ELSE '' END)
        WHEN i.type = 'yes_no' THEN format(
            $t$coalesce(jsonb_typeof("values"->%1$L) = 'boolean', true)$t$, i.name)
        WHEN i.type = 'code' THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'string' THEN "values"->>%1$L = ANY(%2$L::text[])
               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)
        WHEN i.type = 'codes' THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'array' THEN "values"->%1$L <@ to_jsonb(%2$L::text[])
               ELSE "values"->%1$L IS NULL END$t$, i.name, codes.of_list)
        WHEN i.type = 'date' THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'string' THEN "values"->>%1$L ~ %2$L
                    AND pg_input_is_valid("values"->>%1$L || substr('-01-01', length("values"->>%1$L) - 3), 'date')
               ELSE "values"->%1$L IS NULL END$t$, i.name,
            CASE i.precision WHEN 'year' THEN '^\d{4}(-\d\d(-\d\d)?)?$' WHEN 'month' THEN '^\d{4}-\d\d(-\d\d)?$'
                ELSE '^\d{4}-\d\d-\d\d$' END)
        WHEN i.type = 'datetime' THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'string' THEN "values"->>%1$L ~ %2$L
                    AND pg_input_is_valid("values"->>%1$L, 'timestamp')
               ELSE "values"->%1$L IS NULL END$t$, i.name,
            CASE i.precision WHEN 'second' THEN '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$'
                ELSE '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$' END)
        WHEN i.type = 'time' THEN format(
            $t$CASE jsonb_typeof("values"->%1$L) WHEN 'string' THEN "values"->>%1$L ~ '^\d\d:\d\d(:\d\d)?$'
                    AND pg_input_is_valid("values"->>%1$L, 'time')
               ELSE "values"->%1$L IS NULL END$t$, i.name)
        WHEN i.type = 'file' THEN format(
            $t$coalesce(jsonb_typeof("values"->%1$L) = 'string' AND "values"->>%1$L ~ '^[0-9a-f]{64}$', true)$t$, i.name)
        ELSE format(
            $t$coalesce(jsonb_typeof("values"->%1$L) = 'string' AND length("values"->>%1$L) BETWEEN 1 AND %2$L::int, true)$t$,
            i.name, coalesce(i.longest, 10000))
        END ORDER BY i.id)
    INTO names, tests
    FROM clinical_item i LEFT JOIN LATERAL (
        SELECT coalesce(array_agg(c.code), '{}') AS of_list FROM clinical_code c WHERE c.code_list_id = i.code_list_id
    ) codes ON true
    WHERE i.form_id = kind.form_id AND i.type <> 'heading';
    tests := coalesce(tests, '{}');
    EXECUTE format(
        $q$SELECT id FROM filled WHERE event_form_id IN (SELECT id FROM clinical_eventform WHERE form_id = %L)
           AND (%s) IS NOT TRUE LIMIT 1$q$,
        kind.form_id,
        array_to_string(tests || format($t$"values" - %L::text[] = '{}'$t$, coalesce(names, '{}')), ' AND ')
    ) INTO wrong;
    IF wrong IS NOT NULL THEN
        FOR place IN 1 .. cardinality(tests) LOOP
            EXECUTE format('SELECT (%s) IS NOT TRUE FROM filled WHERE id = %L', tests[place], wrong) INTO fails;
            IF fails THEN
                RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_as_defined',
                    MESSAGE = format('%s cannot be what is given: its type, range or codes do not allow it.', names[place]);
            END IF;
        END LOOP;
        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_as_defined',
            MESSAGE = 'The form holds an item that it does not have.';
    END IF;
END LOOP;

SELECT g.key INTO named FROM filled f
JOIN clinical_eventform ef ON ef.id = f.event_form_id
CROSS JOIN LATERAL jsonb_each_text(f.given) g
CROSS JOIN LATERAL (SELECT trim(normalize(g.value, NFKC)) AS plain) n
LEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = g.key
WHERE f.given <> '{}' AND (i.id IS NULL OR i.type = 'heading' OR (CASE
WHEN NOT f."values" ? g.key THEN NOT (f.missing ? g.key OR f.states @> jsonb_build_object(g.key, 'nonconforming'))
WHEN i.type IN ('integer', 'decimal') THEN CASE
    WHEN pg_input_is_valid(n.plain, 'float8') THEN n.plain::float8 <> (f."values"->g.key)::float8
    WHEN n.plain ~ '^[-+]?[0-9.,]+$' THEN NOT (
        CASE WHEN pg_input_is_valid(replace(n.plain, ',', '.'), 'float8')
            THEN replace(n.plain, ',', '.')::float8 = (f."values"->g.key)::float8 ELSE false END
        OR CASE WHEN pg_input_is_valid(replace(n.plain, ',', ''), 'float8')
            THEN replace(n.plain, ',', '')::float8 = (f."values"->g.key)::float8 ELSE false END)
    ELSE n.plain !~ '^[-+]?[0-9]' END  -- a number and a unit that is not the item's own
WHEN i.type IN ('date', 'datetime') AND n.plain ~ '^\d{4}-\d\d' THEN
    replace(n.plain, ' ', 'T') <> f."values"->>g.key
WHEN i.type = 'code' AND EXISTS (
    SELECT FROM clinical_code c WHERE c.code_list_id = i.code_list_id AND c.code = g.value
) THEN g.value <> f."values"->>g.key
WHEN i.type = 'yes_no' AND lower(n.plain) IN ('true', 'yes', '1') THEN f."values"->g.key <> 'true'
WHEN i.type = 'yes_no' AND lower(n.plain) IN ('false', 'no', '0') THEN f."values"->g.key <> 'false'
WHEN i.type = 'text' THEN n.plain <> normalize(f."values"->>g.key, NFKC)
ELSE false END) IS NOT FALSE)
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_text_and_value',
        MESSAGE = format('The value of %s disagrees with the text that was given.', named);
END IF;

SELECT m.key INTO named FROM filled f
JOIN clinical_eventform ef ON ef.id = f.event_form_id
CROSS JOIN LATERAL jsonb_each_text(f.missing) m
LEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = m.key AND i.type <> 'heading'
WHERE f.missing <> '{}' AND (
    i.id IS NULL OR f."values" ? m.key OR NOT EXISTS (
        SELECT FROM clinical_missingcode c WHERE c.definition_id = ef.definition_id AND c.code = m.value))
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_missing_code',
        MESSAGE = format('%s has a missing code that the study does not have, or beside a value.', named);
END IF;

SELECT s.key INTO named FROM filled f
JOIN clinical_eventform ef ON ef.id = f.event_form_id
CROSS JOIN LATERAL jsonb_each_text(f.states) s
LEFT JOIN clinical_item i ON i.form_id = ef.form_id AND i.name = s.key AND i.type <> 'heading'
WHERE f.states <> '{}' AND (
    i.id IS NULL
    OR CASE s.value WHEN 'soft' THEN NOT f."values" ? s.key
        WHEN 'nonconforming' THEN f."values" ? s.key OR NOT f.given ? s.key ELSE true END)
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_state',
        MESSAGE = format('%s has a state that does not fit it.', named);
END IF;

SELECT c.key INTO named FROM filled f
JOIN clinical_eventform ef ON ef.id = f.event_form_id
CROSS JOIN LATERAL jsonb_each(f.confirmed) c
LEFT JOIN clinical_editcheck k ON k.form_id = ef.form_id AND k.name = c.key AND k.severity = 'soft'
WHERE f.confirmed <> '{}' AND (
    k.id IS NULL OR jsonb_typeof(c.value) <> 'string' OR length(c.value #>> '{}') NOT BETWEEN 1 AND 500)
LIMIT 1;
IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'clinical_filled_form_confirmed',
        MESSAGE = format('%s is no soft check of the form, or is confirmed without a reason of 1 to 500 characters.', named);
END IF;
RETURN NULL;
