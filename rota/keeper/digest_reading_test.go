package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

// counted is a store and directory that count what they are asked.
type counted struct {
	desk.Store
	desk.Directory
	asked map[string]int
}

func (c counted) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	c.asked["load"]++
	return c.Store.Load(ctx, want)
}

func (c counted) FindWork(ctx context.Context, q rota.Search) (session.Page[rota.Listing], error) {
	c.asked["find work"]++
	return c.Store.FindWork(ctx, q)
}

func (c counted) Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	c.asked["practice"]++
	return c.Directory.Practice(ctx, id)
}

// A digest is judged again with a few questions for all of its sessions; only one that has moved is asked for itself.
func TestN3ADigestIsJudgedAgainWithFewQuestions(t *testing.T) {
	s := newSurgery(t)
	ann := s.clinician("ann", true)
	must[notify.Settings](s)(s.desk.SetPreferences(t.Context(), notify.SetPreferences{
		Command: s.do(ann), Person: ann.Person, Digests: notify.Digests{Marketplace: notify.On},
	}))
	var posted []session.Session
	for day := range 20 {
		posted = append(posted, s.post(1+day, []session.Channel{session.Rota, session.Marketplace}[day%2]))
	}
	s.plan()
	must[int](s)(s.digester().Digest(t.Context(), slices.Values([]session.ClinicianID{"ann"})))
	claim := s.claims()[0]
	compose := func() (string, map[string]int) {
		c := counted{s.store, s.dir, map[string]int{}}
		m, err := (&keeper.Composer{Store: c, Directory: c, Now: s.clock}).Compose(t.Context(), claim)
		if err != nil {
			t.Error(err)
		}
		return m.Text, c.asked
	}
	text, asked := compose()
	for _, p := range posted {
		if !strings.Contains(text, string(p.Reference)) {
			t.Errorf("%s is missing", p.Reference)
		}
	}
	// The occasion itself asks for the practice of its event, of which a digest has none.
	s.equal("questions", asked, map[string]int{"find work": 2, "load": 1, "practice": 2})

	date := calendar.MustDate(2026, time.July, 28)
	must[rota.Changed](s)(s.desk.Change(t.Context(), rota.Change{
		Command: s.do(staff), Session: posted[3].ID,
		Start: calendar.Local{Date: date, Clock: calendar.MustClock(8, 0)},
		End:   calendar.Local{Date: date, Clock: calendar.MustClock(12, 0)},
	}))
	text, asked = compose()
	if !strings.Contains(text, string(posted[3].Reference)) || !strings.Contains(text, "28 Jul") {
		t.Errorf("one that has moved is missing: %s", text)
	}
	s.equal("questions", asked, map[string]int{"find work": 3, "load": 2, "practice": 2})
}

// long is a queue whose marketplace feed has a long history before what the store knows: sessions that opened once and
// are gone.
type long struct {
	notify.Queue
	history int64
	read    map[int64]int
}

func (q *long) Feed(ctx context.Context, feed notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	q.read[after]++
	var entries []notify.FeedEntry
	for no := after + 1; no <= q.history && len(entries) < limit; no++ {
		entries = append(entries, notify.FeedEntry{No: no, Event: session.Event{
			Subject: session.Subject{Kind: session.KindSession, ID: fmt.Sprint("old", no)}, To: "open", Kind: "session.posted",
			Session: session.SessionID(fmt.Sprint("old", no)), At: time.Unix(no, 0).UTC(),
		}})
	}
	rest, err := q.Queue.Feed(ctx, feed, max(0, after-q.history), limit-len(entries)+1)
	if len(entries) == limit {
		return entries, err
	}
	for _, e := range rest {
		if len(entries) < limit {
			entries = append(entries, notify.FeedEntry{No: q.history + e.No, Event: e.Event})
		}
	}
	return entries, err
}

// What has gone is forgotten while a long feed is read, and what is open is found behind it, in whatever order the
// clinicians come.
func TestN3ALongFeedIsReadOnce(t *testing.T) {
	s := newSurgery(t)
	for _, id := range []string{"ann", "bea", "cat", "dan"} {
		s.clinician(id, false)
	}
	var want []string
	for day := range 5 {
		want = append(want, string(s.post(1+day, session.Rota).ID))
	}
	s.plan()
	q := &long{Queue: s.store, history: 150_000, read: map[int64]int{}}
	// Marks that lie further and further back; the last one has seen nothing.
	d := s.digester()
	d.Queue = q
	for i, back := range []int64{3, 8, 40_000} {
		mark := notify.DigestMark{
			Clinician: session.ClinicianID([]string{"ann", "bea", "cat"}[i]), Version: 1, At: s.now,
			Seen: make(map[notify.FeedID]int64),
		}
		mark.Seen[notify.ProviderFeed("north")] = q.history + 5 - back
		if err := s.store.Digested(t.Context(), mark, session.Event{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	made := must[int](s)(d.Digest(t.Context(), slices.Values([]session.ClinicianID{"ann", "bea", "cat", "dan"})))
	s.equal("made", made, 4)
	got := sent{}
	for _, c := range s.digests() {
		got[session.ClinicianID(c.Event.Facts["clinician"])] = c.Event.Facts["sessions"]
	}
	all := strings.Join(want, ",")
	s.equal("told", got, sent{"ann": strings.Join(want[2:], ","), "bea": all, "cat": all, "dan": all})
	for after, n := range q.read {
		if n > 1 {
			t.Errorf("what comes after %d was read %d times", after, n)
		}
	}
}

// A window that begins too late is read further back, once for all who come later.
func TestN3AWindowIsReadFurtherBack(t *testing.T) {
	s := newSurgery(t)
	var ids []session.ClinicianID
	for i := range 450 { // three pages, each with somebody whose mark lies further back
		id := fmt.Sprintf("c%03d", i)
		s.clinician(id, false)
		ids = append(ids, session.ClinicianID(id))
	}
	d := s.digester()
	first := string(s.post(1, session.Rota).ID)
	s.equal("the first", s.digest(d, ids[300]), sent{ids[300]: first + " +0"})
	second := string(s.post(2, session.Rota).ID)
	told := s.digest(d, ids[:200]...)
	s.equal("the first page", told[ids[7]], first+","+second+" +0")
	third := string(s.post(3, session.Rota).ID)
	told = s.digest(d, ids...)
	s.equal("how many", len(told), 450)
	s.equal("two before", told[ids[7]], third+" +0")
	s.equal("one before", told[ids[300]], second+","+third+" +0")
	s.equal("none before", told[ids[449]], first+","+second+","+third+" +0")
}

// rude is a register that can't answer one question.
type rude struct {
	keeper.Register
	at string
}

func (r rude) Clinicians(
	ctx context.Context, after session.ClinicianID, limit int,
) ([]rota.ClinicianFacts, error) {
	if r.at == "clinicians" || r.at == "later clinicians" && after != "" {
		return nil, errBroken
	}
	return r.Register.Clinicians(ctx, after, limit)
}

func (r rude) People(ctx context.Context, ids ...session.PersonID) ([]notify.Person, error) {
	if r.at == "people" {
		return nil, errBroken
	}
	return r.Register.People(ctx, ids...)
}

func TestN3ALookThatCannotReadTheRegisterSaysSo(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	s.post(1, session.Rota)
	s.plan()
	for at, want := range map[string]int{"clinicians": 0, "people": 0, "later clinicians": 1} {
		d := s.digester()
		d.Register = rude{s.dir, at}
		if made, _, err := d.Look(t.Context()); made != want || !errors.Is(err, errBroken) {
			t.Errorf("%s: %d, %v", at, made, err)
		}
	}
}
