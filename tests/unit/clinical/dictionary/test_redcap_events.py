"""Arms, events, designation and repeats come from files of their own."""

import pytest

from clinical.dictionary.definition import Arm, EventForm
from clinical.dictionary.redcap import NoDictionary
from clinical.dictionary.redcap.events import make_event_name
from tests.unit.clinical.dictionary.redcap_files import bring, field, told

ROWS = (field("a"), field("b", form="labs"), field("c", form="events"))
ARMS = "arm_num,name\n1,Drug A\n2,Drug B\n"
EVENTS = (
    "event_name,arm_num,day_offset,offset_min,offset_max,unique_event_name\n"
    "Start,1,0,0,0,start_arm_1\nWeek 6,1,42,7,14,week_6_arm_1\nStart,2,,,,start_arm_2\n"
)
EVENT_FORMS = (
    "arm_num,unique_event_name,form\n1,start_arm_1,base\n1,week_6_arm_1,labs\n2,start_arm_2,labs\n"
    "2,start_arm_2,base\n"
)
REPEATING = "event_name,form_name,custom_form_label\nweek_6_arm_1,,\nstart_arm_1,base,\nstart_arm_2,labs,x\n"


def test_without_them_all_forms_stand_at_one_event() -> None:
    (event,) = bring(*ROWS).definition.events
    assert event.name == "event_1"
    assert event.forms == (EventForm("base"), EventForm("labs"), EventForm("events"))


def test_events_have_the_names_that_records_carry() -> None:
    brought = bring(*ROWS, arms=ARMS, events=EVENTS, event_forms=EVENT_FORMS, repeating=REPEATING)
    found = brought.definition
    assert found.arms == (Arm("arm_1", {"en": "Drug A"}), Arm("arm_2", {"en": "Drug B"}))
    assert [(one.name, one.label["en"], one.arm) for one in found.events] == [
        ("start_arm_1", "Start", "arm_1"),
        ("week_6_arm_1", "Week 6", "arm_1"),
        ("start_arm_2", "Start", "arm_2"),
    ]
    start, week_6, other = found.events
    assert (week_6.day, week_6.before, week_6.after, week_6.repeats) == (42, 7, 14, True)
    assert start.forms == (EventForm("base", True),)
    assert other.forms == (EventForm("base"), EventForm("labs", True))
    assert other.day is None
    assert "No event has the forms events" in told(brought)


def test_without_a_designation_every_form_stands_at_every_event_and_that_is_told() -> None:
    brought = bring(*ROWS, events=EVENTS)
    assert [len(one.forms) for one in brought.definition.events] == [3, 3, 3]
    assert "Give --event-forms." in told(brought)


def test_a_classic_project_repeats_without_events() -> None:
    (event,) = bring(*ROWS, repeating="form_name,custom_form_label\nlabs,\n").definition.events
    assert [(one.form, one.repeats) for one in event.forms] == [("base", False), ("labs", True), ("events", False)]  # fmt: skip


def test_the_forms_of_a_classic_project_may_be_named_without_an_event() -> None:
    (event,) = bring(*ROWS, event_forms="form,arm_num\nlabs,1\n", arms="arm_num\n\"\"\n1\n").definition.events  # fmt: skip
    assert event.forms == (EventForm("labs"),)


@pytest.mark.parametrize(
    ("label", "arm", "taken", "name"),
    [
        ("Enrollment", "1", (), "enrollment_arm_1"),
        ("Deadline to opt out of study", "2", (), "deadline_to_opt_ou_arm_2"),
        ("Post-Session Month 1", "1", (), "postsession_month_arm_1"),
        ("Post-Session Month 3", "1", ("postsession_month_arm_1",), "postsession_month_arm_1b"),
        ("Visit 1", "", (), "visit_1_arm_1"),
    ],
)
def test_a_name_that_is_not_given_is_made_as_redcap_makes_it(
    label: str, arm: str, taken: tuple[str, ...], name: str
) -> None:
    assert make_event_name(label, arm, taken) == name


def test_names_that_are_made_are_told() -> None:
    brought = bring(*ROWS, events="event_name,arm_num\nVisit 1,1\nVisit 2,1\n")
    assert "made as REDCap makes them: visit_1_arm_1, visit_2_arm_1." in told(brought)


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"events": EVENTS, "event_forms": "unique_event_name,form\nnowhere,labs\n"}, "the event “nowhere”"),
        ({"events": EVENTS, "event_forms": "unique_event_name,form\nstart_arm_1,none\n"}, "the form “none”"),
        ({"events": EVENTS, "repeating": "event_name,form_name\nelse,labs\n"}, "the event “else”"),
        ({"events": "event_name,unique_event_name\nA,x\nB,x\n"}, "The event “B” has no unique name of its own"),
        ({"events": "name,number\nA,1\n"}, "There is no column event_name."),
    ],
)  # fmt: skip
def test_files_that_do_not_belong_together_are_refused(beside: dict[str, str], words: str) -> None:
    with pytest.raises(NoDictionary, match=words):
        bring(*ROWS, **beside)


def test_days_that_are_none_are_left_out_and_told() -> None:
    brought = bring(*ROWS, events="event_name,arm_num,day_offset\nStart,1,soon\n")
    assert brought.definition.events[0].day is None
    assert "Start: “soon” is no number of days and was left out." in told(brought)
