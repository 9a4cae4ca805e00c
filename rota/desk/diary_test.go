package desk_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// A clinician's diary tells what they are booked into, have applied for and have lost, across providers (A8).
func TestA8DiaryOfAClinician(t *testing.T) {
	st := newStage(t)
	booked := st.books()
	on := func(day int, month time.Month) func(*session.Post) {
		return func(c *session.Post) {
			c.Start, c.End = wall(day, month, "08:00"), wall(day, month, "18:00")
		}
	}
	waiting := st.applies(byAda, st.posts(on(16, time.July)))
	elsewhere := st.posts(on(17, time.July), func(c *session.Post) { c.By, c.Practice = byBath, "bath" })
	st.applies(byAda, elsewhere)
	st.ok(rota.Allocate{Command: st.do(bySouth), Session: elsewhere.ID, Clinician: "cas"})
	st.applies(byAda, st.posts(on(3, time.August)))
	st.applies(byBen, st.posts(on(20, time.July)))

	july := calendar.Span{Start: instant("2026-06-30T23:00:00Z"), End: instant("2026-07-31T23:00:00Z")}
	items := must[[]rota.DiaryItem](t)(st.desk.Diary(t.Context(), byAda, july))
	type line struct {
		class   rota.DiaryClass
		session session.SessionID
		date    string
	}
	var got []line
	for _, i := range items {
		got = append(got, line{i.Class, i.Session, i.Date.String()})
	}
	want := []line{
		{rota.DiaryBooked, booked.Session.ID, "2026-07-14"},
		{rota.DiaryApplied, waiting.Application.Session, "2026-07-16"},
		{rota.DiaryLost, elsewhere.ID, "2026-07-17"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(line{})); diff != "" {
		t.Errorf("A8 July (-want +got):\n%s", diff)
	}
	all := must[[]rota.DiaryItem](t)(st.desk.Diary(t.Context(), byAda, calendar.Span{}))
	if len(all) != 4 {
		t.Errorf("A8 the whole diary has %d lines, want 4", len(all))
	}
	month := rota.DiaryMonth(items, 2026, time.July)
	if len(month) != 3 || len(month[calendar.MustDate(2026, time.July, 14)]) != 1 {
		t.Errorf("A8 the month is %v", month)
	}
	if _, err := st.desk.Diary(t.Context(), byLeeds, july); err == nil {
		t.Error("P1 a practice has read a clinician's diary")
	}
}

// What somebody wrote is found by who wrote it or by its class and age, and no longer once erased (P4).
func TestP4TextsWritten(t *testing.T) {
	st := newStage(t)
	st.opens() // the reason of a case
	st.at("2026-07-11T09:00:00Z")
	find := func(q session.TextQuery) []string {
		t.Helper()
		page := must[session.Page[session.Text]](t)(st.desk.TextsWritten(t.Context(), bySupport, q))
		var bodies []string
		for _, text := range page.Items {
			bodies = append(bodies, text.Body)
		}
		return bodies
	}
	for name, q := range map[string]session.TextQuery{
		"P4 by class":          {Class: session.CaseText},
		"P4 by class and age":  {Class: session.CaseText, Before: st.clock()},
		"P4 by who wrote them": {Author: "p-leeds"},
	} {
		if diff := cmp.Diff([]string{"The boiler has burst."}, find(q)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, q := range map[string]session.TextQuery{
		"P4 of another class": {Class: session.MessageText},
		"P4 too young":        {Class: session.CaseText, Before: instant("2026-07-10T09:00:00Z")},
		"P4 of somebody else": {Author: "p-york"},
	} {
		if found := find(q); len(found) > 0 {
			t.Errorf("%s: %q", name, found)
		}
	}
	page := must[session.Page[session.Text]](t)(st.desk.TextsWritten(t.Context(), bySystem, session.TextQuery{Author: "p-leeds"}))
	st.ok(session.EraseText{Command: st.do(bySupport), Text: page.Items[0].ID})
	if found := find(session.TextQuery{Class: session.CaseText}); len(found) > 0 {
		t.Errorf("P4 an erased text is found: %q", found)
	}
	if text := must[session.Text](t)(st.desk.Text(t.Context(), bySupport, page.Items[0].ID)); text.Body != "" || text.By != "" {
		t.Errorf("P4 an erased text still says %+v", text)
	}
	for name, q := range map[string]session.TextQuery{
		"Class": {}, "Class ": {Class: "novel"}, "Class  ": {Class: session.CaseText, Author: "p-leeds"},
		"Author": {Author: "p leeds"}, "Page.Limit": {Author: "p-leeds", Page: session.PageRequest{Limit: -1}},
	} {
		_, err := st.desk.TextsWritten(t.Context(), bySupport, q)
		var field *session.FieldError
		if !errors.As(err, &field) || field.Field != trimmed(name) {
			t.Errorf("%+v: %v, want a field error of %s", q, err, name)
		}
	}
	var forbidden *session.ForbiddenError
	if _, err := st.desk.TextsWritten(t.Context(), byLeeds, session.TextQuery{Author: "p-leeds"}); !errors.As(err, &forbidden) {
		t.Errorf("P1 a practice lists texts: %v", err)
	}
}

func trimmed(s string) string {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// A clinician reads what is shared with them, and nothing else that people wrote (W2, P1).
func TestW2AClinicianReadsTheReason(t *testing.T) {
	st := newStage(t)
	w := st.claims()
	reason := w.Booking.Ending.Reason
	if text := must[session.Text](t)(st.desk.Text(t.Context(), byAda, reason)); text.Body != "The boiler has burst." {
		t.Errorf("W2 the clinician reads %q", text.Body)
	}
	var missing *session.NotFoundError
	if _, err := st.desk.Text(t.Context(), byBen, reason); !errors.As(err, &missing) {
		t.Errorf("P1 somebody else reads it: %v", err)
	}
	st = newStage(t)
	st.clinician("ada", func(f *rota.ClinicianFacts) { f.Documents = nil })
	b := must[rota.Booked](t)(st.desk.Allocate(t.Context(), rota.Allocate{
		Command: st.do(byManager), Session: st.posts().ID, Clinician: "ada", Override: "Seen on paper.",
	}))
	for _, text := range must[session.Page[session.Text]](t)(st.desk.TextsWritten(t.Context(), bySupport,
		session.TextQuery{Class: session.ReasonText})).Items {
		if _, err := st.desk.Text(t.Context(), byAda, text.ID); !errors.As(err, &missing) {
			t.Errorf("A3 why %s was booked all the same is the provider's own: %v", b.Booking.Clinician, err)
		}
	}
}
