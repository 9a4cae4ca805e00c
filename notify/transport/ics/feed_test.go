package ics_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/ics"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

var (
	asAda     = session.Clinician("ada-lovelace", "ada")
	asJo      = session.Practice("jo", "north", "leeds")
	asManager = session.RotaManager("max", "north")
)

// stage is a desk with a practice in Leeds and a clinician, and a clock that the test sets.
type stage struct {
	*testing.T
	*desk.Desk
	directory  *memory.Directory
	now        time.Time
	generation int64
	tokens     ics.SignedTokens
	log        bytes.Buffer
}

func newStage(t *testing.T) *stage {
	t.Helper()
	england := must[*calendar.Calendar](t)(calendar.UK(calendar.EnglandAndWales))
	st := &stage{T: t, directory: memory.NewDirectory(), now: utc("2026-07-02 09:00")}
	st.directory.AddPractice(session.PracticeFacts{
		ID: "leeds", Provider: "north", Name: "Leeds Surgery", Calendar: england, Phone: "0113 496 0001",
	})
	facts := rota.ClinicianFacts{
		ID: "ada", Person: "ada-lovelace", Roles: []session.Role{"GP"},
		Memberships: []rota.Membership{{Provider: "north", Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		facts.Documents = append(facts.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2029, 3, 31)})
	}
	st.directory.AddClinician(facts, notify.Person{Name: "Ada Lovelace", Email: "ada@example.org"})
	st.Desk = must[*desk.Desk](t)(desk.New(desk.Options{
		Store: memory.New(), Directory: st.directory, Now: func() time.Time { return st.now },
	}))
	st.tokens = ics.SignedTokens{
		Keys:       [][]byte{bytes.Repeat([]byte("k"), 32)},
		Generation: func(context.Context, session.Actor) (int64, error) { return st.generation, nil },
	}
	return st
}

func must[V any](t *testing.T) func(V, error) V {
	return func(v V, err error) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (st *stage) options() ics.Options {
	return ics.Options{
		Tokens: st.tokens, Practices: st.directory, Now: func() time.Time { return st.now },
		Logger: slog.New(slog.NewTextHandler(&st.log, nil)),
	}
}

func (st *stage) diary(o ics.Options) http.Handler {
	st.Helper()
	return must[http.Handler](st.T)(ics.Diary(st.Desk, o))
}

func (st *stage) token(owner session.Actor) string {
	st.Helper()
	return must[string](st.T)(st.tokens.Issue(st.Context(), owner))
}

func (st *stage) post(id session.CommandID, from, to string) session.Session {
	st.Helper()
	return must[session.Session](st.T)(st.Post(st.Context(), session.Post{
		Command: session.Do(id, asJo), Practice: "leeds", Role: "GP", Channel: session.Rota,
		Start: must[calendar.Local](st.T)(calendar.ParseLocal(from)),
		End:   must[calendar.Local](st.T)(calendar.ParseLocal(to)),
		Rate:  session.Pounds(70_00).PerHour(), Instructions: "Ring twice;\r\nask for Jo",
	}))
}

func (st *stage) book(id session.CommandID, s session.Session) booking.Booking {
	st.Helper()
	return must[rota.Booked](st.T)(st.Allocate(st.Context(), rota.Allocate{
		Command: session.Do(id, asManager), Session: s.ID, Clinician: "ada",
	})).Booking
}

// get asks a feed.
func get(h http.Handler, token string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/calendar/"+token+".ics", nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	mux := http.NewServeMux()
	mux.Handle("/calendar/{token}", h)
	mux.ServeHTTP(w, r)
	return w
}

// events reads a feed, checks that it is valid and returns its events by UID.
func (st *stage) events(h http.Handler, owner session.Actor) map[string]map[string]string {
	st.Helper()
	r := get(h, st.token(owner))
	if r.Code != http.StatusOK {
		st.Fatalf("status %d: %s", r.Code, &st.log)
	}
	found := map[string]map[string]string{}
	for _, e := range valid(st.T, r.Body.Bytes()) {
		if found[e["uid"]] != nil {
			st.Errorf("%s stands there twice", e["uid"])
		}
		found[e["uid"]] = e
	}
	return found
}

// A booking is one entry for as long as it exists: it changes, with a rising SEQUENCE, and ends CANCELLED; later it is
// gone (A8).
func TestA8DiaryFeedFollowsABooking(t *testing.T) {
	st := newStage(t)
	feed := st.diary(st.options())
	if events := st.events(feed, asAda); len(events) != 0 {
		t.Fatalf("an empty diary has %v", events)
	}
	s := st.post("post", "2026-07-14 08:00", "2026-07-14 18:00")
	b := st.book("book", s)
	uid := notify.InvitationUID(b.ID)
	first := st.events(feed, asAda)[uid]
	for name, want := range map[string]string{
		"status": "CONFIRMED", "sequence": "1", "stamp": "20260702T090000Z",
		"start": "20260714T070000Z", "end": "20260714T170000Z",
		"summary": "GP at Leeds Surgery", "place": "Leeds Surgery",
		"description": "Session #401000001\nTue 14 Jul 2026, 08:00–18:00 (Europe/London)\n" +
			"Telephone: 0113 496 0001\nRing twice;\nask for Jo",
	} {
		if first[name] != want {
			t.Errorf("%s is %q, want %q", name, first[name], want)
		}
	}

	st.now = utc("2026-07-03 09:00")
	changed := must[rota.Changed](t)(st.Change(t.Context(), rota.Change{
		Command: session.Do("change", asJo), Session: s.ID,
		Start: must[calendar.Local](t)(calendar.ParseLocal("2026-07-14 12:00")),
	}))
	waiting := st.events(feed, asAda)[uid]
	if waiting["start"] != "20260714T070000Z" || !strings.Contains(waiting["description"],
		"A change is waiting for your answer: Tue 14 Jul 2026, 12:00–18:00") || waiting["stamp"] != "20260703T090000Z" {
		t.Errorf("S5 the agreed times stand until the change is acknowledged: %v", waiting)
	}
	must[rota.Changed](t)(st.AcknowledgeChange(t.Context(), rota.AcknowledgeChange{
		Command: session.Do("yes", asAda), Booking: b.ID, Shown: changed.Booking.Pending.Shown(),
	}))
	second := st.events(feed, asAda)[uid]
	if second["start"] != "20260714T110000Z" || number(t, second) <= number(t, waiting) ||
		number(t, waiting) <= number(t, first) {
		t.Errorf("changed: %v", second)
	}

	shown := must[withdrawal.Assessment](t)(st.AssessCancellation(t.Context(), asAda, b.ID))
	must[withdrawal.Cancelled](t)(st.CancelBooking(t.Context(), withdrawal.CancelBooking{
		Command: session.Do("cancel", asAda), Booking: b.ID, Shown: shown.Shown,
	}))
	third := st.events(feed, asAda)[uid]
	if third["status"] != "CANCELLED" || number(t, third) <= number(t, second) ||
		third["summary"] != "Cancelled: GP at Leeds Surgery" {
		t.Errorf("cancelled: %v", third)
	}
	if strings.Contains(third["description"], "Ring twice") {
		t.Error("a cancelled one still has instructions")
	}
	st.now = st.now.AddDate(0, 0, 30)
	if st.events(feed, asAda)[uid] == nil {
		t.Error("30 days later it is still there, for calendars that keep what disappears")
	}
	st.now = st.now.Add(time.Second)
	if events := st.events(feed, asAda); len(events) != 0 {
		t.Errorf("and then it is gone: %v", events)
	}
}

func number(t *testing.T, event map[string]string) int {
	t.Helper()
	return must[int](t)(strconv.Atoi(event["sequence"]))
}

// What was applied for is there if wanted: tentative, and gone when it has become a booking.
func TestA8DiaryFeedShowsApplicationsIfWanted(t *testing.T) {
	st := newStage(t)
	s := st.post("post", "2026-07-14 08:00", "2026-07-14 18:00")
	applied := must[rota.Applied](t)(st.Apply(t.Context(), rota.Apply{Command: session.Do("apply", asAda), Session: s.ID}))
	if events := st.events(st.diary(st.options()), asAda); len(events) != 0 {
		t.Errorf("not wanted: %v", events)
	}
	o := st.options()
	o.Applied = true
	o.Link = func(id session.SessionID) string { return "https://shifts.example.org/" + string(id) }
	feed := st.diary(o)
	events := st.events(feed, asAda)
	e := events["application-"+string(applied.Application.ID)+"@sessional"]
	if len(events) != 1 || e["status"] != "TENTATIVE" || e["summary"] != "Applied: GP at Leeds Surgery" ||
		e["url"] != "https://shifts.example.org/"+string(s.ID) {
		t.Errorf("applied for: %v", events)
	}
	booked := must[rota.Booked](t)(st.Accept(t.Context(), rota.Accept{
		Command: session.Do("accept", asJo), Application: applied.Application.ID,
	}))
	events = st.events(feed, asAda)
	if e := events[notify.InvitationUID(booked.Booking.ID)]; len(events) != 1 || e["status"] != "CONFIRMED" {
		t.Errorf("accepted: %v", events)
	}
}

// Sessions over both clock changes stand at their true instants (T1, T5).
func TestT5FeedsKeepInstantsOverClockChanges(t *testing.T) {
	st := newStage(t)
	want := map[string][2]string{}
	for i, c := range [][4]string{
		{"2026-10-24 20:00", "2026-10-25 08:00", "20261024T190000Z", "20261025T080000Z"},
		{"2027-03-27 20:00", "2027-03-28 08:00", "20270327T200000Z", "20270328T070000Z"},
		{"2027-03-29 08:00", "2027-03-29 13:00", "20270329T070000Z", "20270329T120000Z"},
	} {
		id := session.CommandID(strconv.Itoa(i))
		b := st.book("book-"+id, st.post("post-"+id, c[0], c[1]))
		want[notify.InvitationUID(b.ID)] = [2]string{c[2], c[3]}
	}
	events := st.events(st.diary(st.options()), asAda)
	for uid, times := range want {
		if e := events[uid]; e["start"] != times[0] || e["end"] != times[1] {
			t.Errorf("from %s to %s, want %v", e["start"], e["end"], times)
		}
	}
}

// A practice's feed tells of each session where it stands (S4).
func TestS4PracticeFeed(t *testing.T) {
	st := newStage(t)
	open := st.post("open", "2026-07-14 08:00", "2026-07-14 18:00")
	filled := st.post("filled", "2026-07-15 08:00", "2026-07-15 18:00")
	withdrawn := st.post("withdrawn", "2026-07-16 08:00", "2026-07-16 18:00")
	must[rota.Applied](t)(st.Apply(t.Context(), rota.Apply{Command: session.Do("apply", asAda), Session: open.ID}))
	st.book("book", filled)
	shown := must[withdrawal.Assessment](t)(st.AssessWithdrawal(t.Context(), asJo, withdrawn.ID))
	must[withdrawal.Withdrawn](t)(st.Withdraw(t.Context(), withdrawal.Withdraw{
		Command: session.Do("withdraw", asJo), Session: withdrawn.ID, Shown: shown.Shown, Confirmed: true,
	}))
	o := st.options()
	practice := func() http.Handler { return must[http.Handler](t)(ics.Practice(st.Desk, o)) }
	check := func(want map[session.SessionID][2]string) {
		t.Helper()
		events := st.events(practice(), asJo)
		for id, is := range want {
			if e := events["session-"+string(id)+"@sessional"]; e["summary"] != is[0] || e["status"] != is[1] {
				t.Errorf("%q, %s; want %v", e["summary"], e["status"], is)
			}
		}
		if len(events) != len(want) {
			t.Errorf("%d events, want %d", len(events), len(want))
		}
	}
	check(map[session.SessionID][2]string{
		open.ID: {"GP: open, 1 applied", "TENTATIVE"}, filled.ID: {"GP: filled", "CONFIRMED"},
		withdrawn.ID: {"Cancelled: GP", "CANCELLED"},
	})
	o.Clinician = func(ctx context.Context, id session.PersonID) (string, error) {
		p, err := st.directory.Person(ctx, id)
		return p.Name, err
	}
	check(map[session.SessionID][2]string{
		open.ID: {"GP: open, 1 applied", "TENTATIVE"}, filled.ID: {"GP: Ada Lovelace", "CONFIRMED"},
		withdrawn.ID: {"Cancelled: GP", "CANCELLED"},
	})
	must[rota.Changed](t)(st.Change(t.Context(), rota.Change{
		Command: session.Do("change", asJo), Session: filled.ID,
		Start: must[calendar.Local](t)(calendar.ParseLocal("2026-07-15 12:00")),
	}))
	e := st.events(practice(), asJo)["session-"+string(filled.ID)+"@sessional"]
	if !strings.Contains(e["description"], "agreed until then: Wed 15 Jul 2026, 08:00–18:00") ||
		e["start"] != "20260715T110000Z" {
		t.Errorf("S5 a change that waits: %v", e)
	}
}

// Who has the address reads the feed, and nobody else; revoked, it is no address any more. What is refused looks
// alike, whatever the reason.
func TestA8FeedAddressesAreSecretAndRevocable(t *testing.T) {
	st := newStage(t)
	feed := st.diary(st.options())
	token := st.token(asAda)
	if again := st.token(asAda); again != token {
		t.Error("the address changes though nothing was revoked")
	}
	if r := get(feed, token); r.Code != http.StatusOK {
		t.Fatalf("status %d", r.Code)
	}
	refused := func(name, token string) {
		t.Helper()
		r := get(feed, token)
		if text := r.Body.String(); r.Code != http.StatusNotFound || text != "There is no such calendar.\n" ||
			r.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %q", name, r.Code, text)
		}
	}
	refused("nonsense", "nonsense")
	refused("a changed one", token[:len(token)-2]+"AA")
	refused("that of a practice", st.token(asJo))
	st.generation++
	refused("a revoked one", token)
	token = st.token(asAda)
	if r := get(feed, token); r.Code != http.StatusOK {
		t.Errorf("the new one: status %d", r.Code)
	}
	st.tokens.Keys = [][]byte{bytes.Repeat([]byte("n"), 32), st.tokens.Keys[0]}
	if r := get(st.diary(st.options()), token); r.Code != http.StatusOK {
		t.Errorf("signed with the key before: status %d", r.Code)
	}
	st.tokens.Keys = st.tokens.Keys[:1]
	feed = st.diary(st.options())
	refused("signed with a key that is gone", token)
	if st.log.Len() > 0 {
		t.Errorf("logged: %s", &st.log)
	}
}

// An unchanged feed is not sent twice, and nobody between keeps it.
func TestA8FeedsAreCachedByTheirReaderAlone(t *testing.T) {
	st := newStage(t)
	st.book("book", st.post("post", "2026-07-14 08:00", "2026-07-14 18:00"))
	feed, token := st.diary(st.options()), st.token(asAda)
	first := get(feed, token)
	tag := first.Header().Get("ETag")
	if got := first.Header().Get("Cache-Control"); got != "private, no-cache" {
		t.Errorf("Cache-Control: %s", got)
	}
	if got := first.Header().Get("Content-Type"); got != "text/calendar; charset=utf-8" {
		t.Errorf("Content-Type: %s", got)
	}
	st.now = st.now.Add(time.Hour)
	known := func(r *http.Request) { r.Header.Set("If-None-Match", tag) }
	if r := get(feed, token, known); r.Code != http.StatusNotModified || r.Body.Len() > 0 {
		t.Errorf("an hour later: status %d", r.Code)
	}
	head := get(feed, token, func(r *http.Request) { r.Method = http.MethodHead })
	if head.Code != http.StatusOK || head.Header().Get("ETag") != tag || head.Body.Len() > 0 ||
		head.Header().Get("Content-Length") != first.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
	st.book("book-2", st.post("post-2", "2026-07-15 08:00", "2026-07-15 18:00"))
	if r := get(feed, token, known); r.Code != http.StatusOK || r.Header().Get("ETag") == tag {
		t.Errorf("changed: status %d", r.Code)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, "PROPFIND"} {
		r := get(feed, token, func(r *http.Request) { r.Method = method })
		if r.Code != http.StatusMethodNotAllowed || r.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, r.Code)
		}
	}
}

// A feed that can't be read now says so without saying whose it is, and the log has no token.
func TestA8FeedsThatFailTellNothing(t *testing.T) {
	st := newStage(t)
	token := st.token(asAda)
	o := st.options()
	o.Tokens = failing{}
	r := get(st.diary(o), token)
	if text := r.Body.String(); r.Code != http.StatusServiceUnavailable || text != "The calendar can't be read now.\n" {
		t.Errorf("%d %q", r.Code, text)
	}
	if log := st.log.String(); !strings.Contains(log, "the table of tokens is away") || strings.Contains(log, token) {
		t.Errorf("logged: %s", log)
	}
}

type failing struct{}

func (failing) Owner(context.Context, string) (session.Actor, error) {
	return session.Actor{}, errors.New("the table of tokens is away")
}

// bookings are many, in pages.
type bookings struct {
	ics.Diaries
	all   []booking.Booking
	pages int
}

func (b *bookings) Bookings(
	_ context.Context, _ session.Actor, q booking.Query,
) (session.Page[booking.Booking], error) {
	b.pages++
	from, _ := strconv.Atoi(q.Page.After)
	to := min(from+q.Page.Size(), len(b.all))
	page := session.Page[booking.Booking]{Items: b.all[from:to]}
	if to < len(b.all) {
		page.Next = strconv.Itoa(to)
	}
	return page, nil
}

// However many there are, they are read in pages, and no more of them than are to be shown.
func TestA8FeedsAreBounded(t *testing.T) {
	st := newStage(t)
	many := &bookings{}
	for i := range 3000 {
		start := st.now.Add(time.Duration(i) * time.Hour)
		many.all = append(many.all, booking.Booking{
			ID: session.BookingID(strconv.Itoa(i)), Version: 1, Practice: "gone", State: booking.Confirmed, Made: st.now,
			Terms: session.Terms{Role: "GP", Span: calendar.Span{Start: start, End: start.Add(time.Hour)}},
		})
	}
	o := st.options()
	o.Most = 1200
	events := st.events(must[http.Handler](t)(ics.Diary(many, o)), asAda)
	if len(events) != 1200 || many.pages != 3 {
		t.Errorf("%d events from %d pages", len(events), many.pages)
	}
	if e := events["booking-0@sessional"]; e["summary"] != "GP" {
		t.Errorf("at a practice that is no longer known: %v", e)
	}
	if !strings.Contains(st.log.String(), "a calendar feed is cut off") {
		t.Error("the log doesn't say that it is cut off")
	}
}

// The feed asks for no more than its window.
func TestA8FeedsReachThreeMonthsBackAndEighteenAhead(t *testing.T) {
	st := newStage(t)
	inside := st.book("in", st.post("post-in", "2027-12-31 08:00", "2027-12-31 18:00"))
	outside := st.book("out", st.post("post-out", "2028-01-03 08:00", "2028-01-03 18:00"))
	events := st.events(st.diary(st.options()), asAda)
	if events[notify.InvitationUID(inside.ID)] == nil || events[notify.InvitationUID(outside.ID)] != nil {
		t.Errorf("eighteen months ahead: %v", events)
	}
}

func TestOptionsNameWhatIsWrong(t *testing.T) {
	st := newStage(t)
	for field, change := range map[string]func(*ics.Options){
		"Options.Tokens":    func(o *ics.Options) { o.Tokens = nil },
		"Options.Practices": func(o *ics.Options) { o.Practices = nil },
		"Options.Past":      func(o *ics.Options) { o.Past = -1 },
		"Options.Ahead":     func(o *ics.Options) { o.Ahead = -1 },
		"Options.Cancelled": func(o *ics.Options) { o.Cancelled = -1 },
		"Options.Most":      func(o *ics.Options) { o.Most = -1 },
	} {
		o := st.options()
		change(&o)
		var wrong *session.FieldError
		if _, err := ics.Diary(st.Desk, o); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s of a diary: %v", field, err)
		}
		if _, err := ics.Practice(st.Desk, o); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s of a practice: %v", field, err)
		}
	}
	if _, err := ics.Diary(nil, st.options()); err == nil {
		t.Error("a diary of nothing")
	}
	if _, err := ics.Practice(nil, st.options()); err == nil {
		t.Error("a practice of nothing")
	}
}

func TestSignedTokensNameWhatIsWrong(t *testing.T) {
	st := newStage(t)
	short, none := st.tokens, st.tokens
	short.Keys, none.Generation = [][]byte{[]byte("short")}, nil
	var wrong *session.FieldError
	if _, err := short.Issue(t.Context(), asAda); !errors.As(err, &wrong) || wrong.Field != "SignedTokens.Keys" {
		t.Errorf("a short key: %v", err)
	}
	if _, err := none.Owner(t.Context(), st.token(asAda)); !errors.As(err, &wrong) ||
		wrong.Field != "SignedTokens.Generation" {
		t.Errorf("no generation: %v", err)
	}
	if _, err := st.tokens.Issue(t.Context(), session.Actor{Capacity: session.AsClinician}); !errors.As(err, &wrong) {
		t.Errorf("nobody: %v", err)
	}
	if owner, err := st.tokens.Owner(t.Context(), st.token(asJo)); err != nil || owner != asJo {
		t.Errorf("%v, %v", owner, err)
	}
}
