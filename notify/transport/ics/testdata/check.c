/*
 * Reads calendars from standard input, each ended by a line "--", and has libical judge each: it prints what is wrong,
 * and what libical read of each event, one property a line. "--" ends each answer.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* show prints a text on one line. */
static void show(const char *name, const char *text)
{
    printf("%s\t", name);
    for (; text && *text; text++) {
        if (*text == '\n')
            fputs("\\n", stdout);
        else if (*text == '\\')
            fputs("\\\\", stdout);
        else
            putchar(*text);
    }
    putchar('\n');
}

/* faults prints every error that the parser or the check has left inside a component. */
static void faults(icalcomponent *c)
{
    icalproperty *p;
    icalcomponent *sub;
    for (p = icalcomponent_get_first_property(c, ICAL_XLICERROR_PROPERTY); p != NULL;
         p = icalcomponent_get_next_property(c, ICAL_XLICERROR_PROPERTY))
        show("fault", icalproperty_get_xlicerror(p));
    for (sub = icalcomponent_get_first_component(c, ICAL_ANY_COMPONENT); sub != NULL;
         sub = icalcomponent_get_next_component(c, ICAL_ANY_COMPONENT))
        faults(sub);
}

static void property(icalcomponent *event, icalproperty_kind kind, const char *name)
{
    icalproperty *p = icalcomponent_get_first_property(event, kind);
    icalvalue *v = p ? icalproperty_get_value(p) : NULL;
    icalparameter *cn;
    if (v == NULL)
        return;
    if (icalvalue_isa(v) == ICAL_TEXT_VALUE)
        show(name, icalvalue_get_text(v));
    else
        show(name, icalvalue_as_ical_string(v));
    cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
    if (cn != NULL)
        show("cn", icalparameter_get_cn(cn));
}

static void judge(const char *text)
{
    icalcomponent *c = icalparser_parse_string(text);
    icalcomponent *e;
    if (c == NULL) {
        show("fault", "is no calendar");
        return;
    }
    if (icalcomponent_isa(c) != ICAL_VCALENDAR_COMPONENT)
        show("fault", "is not one calendar");
    if (!icalrestriction_check(c))
        show("fault", "icalrestriction_check says no");
    faults(c);
    for (e = icalcomponent_get_first_component(c, ICAL_VEVENT_COMPONENT); e != NULL;
         e = icalcomponent_get_next_component(c, ICAL_VEVENT_COMPONENT)) {
        show("event", "");
        property(e, ICAL_UID_PROPERTY, "uid");
        property(e, ICAL_SEQUENCE_PROPERTY, "sequence");
        property(e, ICAL_STATUS_PROPERTY, "status");
        property(e, ICAL_DTSTAMP_PROPERTY, "stamp");
        property(e, ICAL_DTSTART_PROPERTY, "start");
        property(e, ICAL_DTEND_PROPERTY, "end");
        property(e, ICAL_SUMMARY_PROPERTY, "summary");
        property(e, ICAL_LOCATION_PROPERTY, "place");
        property(e, ICAL_DESCRIPTION_PROPERTY, "description");
        property(e, ICAL_URL_PROPERTY, "url");
        property(e, ICAL_ORGANIZER_PROPERTY, "organiser");
        property(e, ICAL_ATTENDEE_PROPERTY, "attendee");
    }
    icalcomponent_free(c);
}

int main(void)
{
    char *line = NULL, *text = calloc(1, 1);
    size_t room = 0, length = 0;
    ssize_t n;
    ical_set_unknown_token_handling_setting(ICAL_TREAT_AS_ERROR);
    while ((n = getline(&line, &room, stdin)) >= 0) {
        if (strcmp(line, "--\n") == 0) {
            judge(text);
            puts("--");
            length = 0;
            text[0] = 0;
            continue;
        }
        text = realloc(text, length + n + 1);
        memcpy(text + length, line, n + 1);
        length += n;
    }
    free(line);
    free(text);
    return 0;
}
