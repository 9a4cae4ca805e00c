package keeper_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// crowd is a surgery with several providers and many clinicians, every one somewhat different; what is different
// follows from their number.
type crowd struct {
	*surgery
	cal       *calendar.Calendar
	providers int
	// posted are the sessions, in order of posting.
	posted []session.Session
}

var crowdRoles = []session.Role{"GP", "Nurse", "Pharmacist"}

func newCrowd(t tb, providers, clinicians int) *crowd {
	t.Helper()
	c := &crowd{surgery: newSurgery(t), providers: providers}
	c.cal = must[*calendar.Calendar](c.surgery)(calendar.UK(calendar.EnglandAndWales))
	for p := range providers {
		c.dir.AddPractice(session.PracticeFacts{
			ID: c.practice(p), Provider: c.provider(p), Name: fmt.Sprint("Surgery ", p), Calendar: c.cal,
			Phone: "0113 496 0000",
		})
	}
	for n := range clinicians {
		facts := c.facts(n)
		c.dir.AddClinician(facts, mailable(facts.Person))
	}
	return c
}

func (c *crowd) provider(n int) session.ProviderID {
	return session.ProviderID(fmt.Sprint("provider", n))
}
func (c *crowd) practice(n int) session.PracticeID {
	return session.PracticeID(fmt.Sprint("practice", n))
}

// pick draws from 0 to n-1 for a clinician or session: always the same for the same.
func pick(n int, about ...any) int {
	h := fnv.New64a()
	fmt.Fprint(h, about...)
	return int(h.Sum64() >> 33 % uint64(n))
}

// facts are a clinician's: of one to three roles and up to three providers, most approved, some with documents that
// end soon or have ended.
func (c *crowd) facts(n int) rota.ClinicianFacts {
	id := fmt.Sprintf("c%06d", n)
	f := rota.ClinicianFacts{
		ID: session.ClinicianID(id), Person: session.PersonID("p-" + id), Approved: pick(4, "approved", n) > 0,
		Documents: []rota.Document{{Kind: "indemnity"}, {Kind: "performers_list"}, {Kind: "dbs"}},
	}
	registration := rota.Document{Kind: "registration"}
	switch ends := pick(10, "registration", n); {
	case ends < 2:
		registration.Expires = calendar.MustDate(2026, time.July, 1+pick(90, "day", n)%31)
	case ends < 3:
		registration.Expires = calendar.MustDate(2026, time.May, 1)
	}
	f.Documents = append(f.Documents, registration)
	for i := range 1 + pick(2, "roles", n) {
		f.Roles = append(f.Roles, crowdRoles[pick(len(crowdRoles), "role", n, i)])
	}
	for i := range pick(4, "memberships", n) {
		m := rota.Membership{Provider: c.provider(pick(c.providers, "member", n, i)), Tier: rota.StaffBank}
		if pick(5, "leaves", n, i) == 0 {
			m.Until = calendar.MustDate(2026, time.July, 15)
		}
		f.Memberships = append(f.Memberships, m)
	}
	return f
}

// postMany posts so many sessions of all roles, over the days of July, and plans their events.
func (c *crowd) postMany(n int) {
	c.Helper()
	for range n {
		i := len(c.posted)
		p := pick(c.providers, "posts", i)
		date := calendar.MustDate(2026, time.July, 1+pick(31, "date", i))
		hour := 6 + pick(12, "hour", i)
		at := session.Practice("staff", c.provider(p), c.practice(p))
		channel := session.Rota
		if pick(2, "channel", i) == 0 {
			channel = session.Marketplace
		}
		c.posted = append(c.posted, must[session.Session](c.surgery)(c.desk.Post(context.Background(), session.Post{
			Command: c.do(at), Practice: c.practice(p), Role: crowdRoles[pick(len(crowdRoles), "post", i)],
			Start:   calendar.Local{Date: date, Clock: calendar.MustClock(hour, pick(60, "minute", i))},
			End:     calendar.Local{Date: date, Clock: calendar.MustClock(hour+4, 59)},
			Rate:    session.Rate{Amount: decimal.NewFromInt(85), Currency: session.GBP, Per: session.PerHour},
			Channel: channel, Choosing: session.Review,
		})))
	}
	c.plan()
}

// Settings turns the marketplace's digests on for every second person, and the rota's off for every seventh: by their
// number, for nobody has chosen anything else.
func (c *crowd) Settings(_ context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	var all []notify.Settings
	for _, id := range people {
		n, err := strconv.Atoi(strings.TrimPrefix(string(id), "p-c"))
		if err != nil {
			continue
		}
		s := notify.Settings{Person: id, Version: 1}
		if n%2 == 0 {
			s.Digests.Marketplace = notify.On
		}
		if n%7 == 0 {
			s.Digests.Rota = notify.Off
		}
		all = append(all, s)
	}
	return all, nil
}

// chosen is a store in which the crowd has chosen.
type chosen struct {
	keeper.DigestStore
	*crowd
}

func (s chosen) Settings(ctx context.Context, people ...session.PersonID) ([]notify.Settings, error) {
	return s.crowd.Settings(ctx, people...)
}

func (c *crowd) digester() *keeper.Digester {
	d := c.surgery.digester()
	d.Store = chosen{c.store, c}
	return d
}

// naive is what the digest of a clinician says, worked out session by session.
func (c *crowd) naive(n, most int, sessions []session.Session) string {
	c.Helper()
	f := c.facts(n)
	s := must[[]notify.Settings](c.surgery)(c.Settings(context.Background(), f.Person))[0]
	var shown []session.Session
	for _, v := range sessions {
		wanted := s.DigestOf(v.Channel)
		if wanted && rota.Visible(rota.Listing{Session: v}, f, withdrawal.Default(), c.cal) {
			shown = append(shown, v)
		}
	}
	slices.SortFunc(shown, func(a, b session.Session) int {
		return cmp.Or(a.Terms.Span.Start.Compare(b.Terms.Span.Start), cmp.Compare(a.ID, b.ID))
	})
	if len(shown) == 0 {
		return ""
	}
	var ids []string
	for _, v := range shown[:min(most, len(shown))] {
		ids = append(ids, string(v.ID))
	}
	return strings.Join(ids, ",") + " +" + strconv.Itoa(len(shown)-len(ids))
}

// Whoever they are, whenever they had their last digest: each is told what session by session would be found.
func TestN3DigestsAreWhatSessionBySessionWouldBeFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clinicians := rapid.IntRange(1, 25).Draw(t, "clinicians")
		c := newCrowd(t, rapid.IntRange(1, 4).Draw(t, "providers"), clinicians)
		d := c.digester()
		d.Most = rapid.IntRange(1, 5).Draw(t, "most")
		since := make([]int, clinicians)
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			c.postMany(rapid.IntRange(0, 25).Draw(t, "sessions"))
			c.now = c.now.Add(time.Hour)
			those := rapid.SliceOfDistinct(rapid.IntRange(0, clinicians-1), rapid.ID).Draw(t, "who")
			want, ids := map[session.ClinicianID]string{}, []session.ClinicianID{}
			for _, n := range those {
				id := c.facts(n).ID
				ids = append(ids, id)
				if text := c.naive(n, d.Most, c.posted[since[n]:]); text != "" {
					want[id] = text
				}
				since[n] = len(c.posted)
			}
			c.equal("digests", c.digest(d, ids...), want)
		}
	})
}

// tallied is a queue that keeps no digests, but checks them, and measures the heap now and then.
type tallied struct {
	notify.Queue
	seen map[notify.FeedID]int64
	at   time.Time
	// every is after how many digests the heap is measured; most is the greatest.
	every, n, told int
	most           uint64
	check          func(clinician string, said string)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (q *tallied) DigestMark(_ context.Context, id session.ClinicianID) (notify.DigestMark, error) {
	return notify.DigestMark{Clinician: id, Seen: q.seen, At: q.at}, nil
}

func (q *tallied) Digested(
	_ context.Context, next notify.DigestMark, e session.Event, deliveries []notify.Delivery,
) error {
	if q.n++; q.n%q.every == 0 {
		q.most = max(q.most, heap())
	}
	said := ""
	if len(deliveries) > 0 {
		q.told++
		said = e.Facts["sessions"] + " +" + e.Facts["omitted"]
	}
	q.check(string(next.Clinician), said)
	return nil
}

// A hundred thousand clinicians and fifty thousand sessions: memory is bounded by the sessions, the time by the
// clinicians, and what a sample of them is told is right.
func TestN3ManyCliniciansAndSessionsInBoundedMemory(t *testing.T) {
	clinicians, sessions, bound := 100_000, 50_000, uint64(160<<20)
	if testing.Short() {
		clinicians, sessions, bound = 4_000, 2_000, 16<<20
	}
	// What is measured is what is held, after a collection: between two of them there may be more.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	c := newCrowd(t, 50, clinicians)
	c.postMany(sessions)
	heads := make(map[notify.FeedID]int64)
	look := func(what string, seen map[notify.FeedID]int64, since []session.Session) {
		checked, said := 0, 0
		q := &tallied{Queue: c.store, seen: maps.Clone(seen), every: clinicians / 5}
		q.check = func(id, got string) {
			n, err := strconv.Atoi(id[1:])
			if err != nil || n%(clinicians/100+1) != 5 {
				return
			}
			checked++
			if got != "" {
				said++
			}
			if want := c.naive(n, 20, since); got != want {
				t.Errorf("%s: %s is told %q, want %q", what, id, got, want)
			}
		}
		d := c.digester()
		d.Queue = q
		before, start := heap(), time.Now()
		made, _, err := d.Look(t.Context())
		if err != nil || made != q.told || checked < 50 || said == 0 {
			t.Errorf("%s: %d made, %d told, %d checked, %d of them had something to say: %v", what, made, q.told, checked,
				said, err)
		}
		if q.most > before && q.most-before > bound {
			t.Errorf("%s: %d MB on the heap beyond the store, at most %d were expected", what, (q.most-before)>>20, bound>>20)
		}
		t.Logf("%s: %d of %d had something to say, %v, %d MB", what, made, clinicians, time.Since(start).Round(time.Millisecond),
			int64(q.most-before)>>20)
	}
	t.Logf("%d sessions posted and planned", sessions)
	look("the first time", nil, c.posted)
	for p := range c.providers {
		heads[notify.ProviderFeed(c.provider(p))] = c.head(notify.ProviderFeed(c.provider(p)))
	}
	heads[notify.MarketplaceFeed] = c.head(notify.MarketplaceFeed)
	c.now = c.now.Add(24 * time.Hour)
	c.postMany(sessions / 50)
	look("a day later", heads, c.posted[sessions:])
}

// head is the number of the last entry of a feed.
func (c *crowd) head(feed notify.FeedID) int64 {
	for head := int64(0); ; {
		entries := must[[]notify.FeedEntry](c.surgery)(c.store.Feed(context.Background(), feed, head, 1000))
		if len(entries) == 0 {
			return head
		}
		head = entries[len(entries)-1].No
	}
}
