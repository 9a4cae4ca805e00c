package keeper_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/keeper"
	"github.com/sessional-go/sessional/session"
)

// abroad moves a clinician's clock into a zone.
func (s *surgery) abroad(id, zone string) {
	s.Helper()
	at := must[*time.Location](s)(time.LoadLocation(zone))
	facts := must[rota.ClinicianFacts](s)(s.dir.Clinician(context.Background(), session.ClinicianID(id)))
	p := mailable(facts.Person)
	p.Location = at
	s.dir.AddClinician(facts, p)
}

// look looks at an instant, and returns the sessions that each was told of, by how often, and when it is next.
func (s *surgery) look(d *keeper.Digester, at time.Time) (told map[string]int, next time.Time) {
	s.Helper()
	s.plan()
	s.now = at
	made, next, err := d.Look(context.Background())
	if err != nil {
		s.Fatal(err)
	}
	digests := s.digests()
	if len(digests) != made {
		s.Errorf("%d had something to say, %d are in the queue", made, len(digests))
	}
	told = map[string]int{}
	for _, c := range digests {
		for id := range strings.SplitSeq(c.Event.Facts["sessions"], ",") {
			told[c.Event.Facts["clinician"]+" "+id]++
		}
	}
	return told, next
}

// digests claims the digests in the queue, whenever they become due.
func (s *surgery) digests() []notify.Claim {
	s.Helper()
	return slices.DeleteFunc(s.drain(s.now.Add(24*time.Hour)), func(c notify.Claim) bool {
		return c.Delivery.Kind != notify.Digest
	})
}

func TestN3DigestsComeDailyAtSevenByTheCliniciansOwnClock(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	s.clinician("bea", false)
	s.abroad("ann", "Europe/London")
	s.abroad("bea", "Asia/Tokyo")
	d := s.digester()
	june := func(day, hour, minute int) time.Time { return time.Date(2026, 6, day, hour, minute, 0, 0, time.UTC) }

	first := string(s.post(20, session.Rota).ID)
	told, next := s.look(d, june(2, 9, 0))
	s.equal("who never had one gets it at once", told, map[string]int{"ann " + first: 1, "bea " + first: 1})
	s.equal("Tokyo is first", next, june(2, 22, 0))

	second := string(s.post(21, session.Rota).ID)
	told, next = s.look(d, june(2, 21, 59))
	s.equal("before seven", told, map[string]int{})
	s.equal("the next is the same", next, june(2, 22, 0))
	told, next = s.look(d, june(2, 22, 0))
	s.equal("seven in Tokyo", told, map[string]int{"bea " + second: 1})
	s.equal("then it is London's turn", next, june(3, 6, 0))

	// What opens after somebody's time has come is left to the next time, also where nothing was said at all.
	told, _ = s.look(d, june(3, 6, 0))
	s.equal("seven in London", told, map[string]int{"ann " + second: 1})
	s.look(d, june(4, 6, 0))
	third := string(s.post(22, session.Rota).ID)
	told, _ = s.look(d, june(4, 9, 0))
	s.equal("not at nine", told, map[string]int{})

	// After days in which nothing ran there is one digest each.
	fourth := string(s.post(23, session.Rota).ID)
	told, _ = s.look(d, june(9, 15, 0))
	s.equal("late", told, map[string]int{
		"ann " + third: 1, "ann " + fourth: 1, "bea " + third: 1, "bea " + fourth: 1,
	})
	told, _ = s.look(d, june(9, 15, 1))
	s.equal("and no more", told, map[string]int{})
}

func TestN3DigestsByTheHostsOwnSchedule(t *testing.T) {
	s := newSurgery(t)
	s.clinician("ann", false)
	d := s.digester()
	d.Next = func(after time.Time, p notify.Person) time.Time {
		if p.ID != "p-ann" {
			t.Errorf("asked for %q", p.ID)
		}
		return after.Truncate(time.Hour).Add(time.Hour)
	}
	s.look(d, s.now)
	posted := string(s.post(20, session.Rota).ID)
	told, next := s.look(d, s.now.Add(59*time.Minute))
	s.equal("within the hour", told, map[string]int{})
	told, _ = s.look(d, next)
	s.equal("on the hour", told, map[string]int{"ann " + posted: 1})
}

func TestDailyOverClockChanges(t *testing.T) {
	s := newSurgery(t)
	london := must[*time.Location](s)(time.LoadLocation("Europe/London"))
	p := notify.Person{Location: london}
	at := func(month time.Month, day, hour, minute int) time.Time {
		return time.Date(2026, month, day, hour, minute, 0, 0, london).UTC()
	}
	seven := keeper.Daily(calendar.MustClock(7, 0))
	s.equal("the day the clocks go on", seven(at(3, 28, 7, 0), p).UTC(), at(3, 29, 7, 0))
	s.equal("which is 23 hours", at(3, 29, 7, 0).Sub(at(3, 28, 7, 0)), 23*time.Hour)
	s.equal("the day they go back", seven(at(10, 24, 7, 0), p).UTC(), at(10, 25, 7, 0))
	skipped := keeper.Daily(calendar.MustClock(1, 30))
	s.equal("a time that is skipped", skipped(at(3, 28, 12, 0), p).UTC(), time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC))
	s.equal("without a zone", seven(time.Date(2026, 7, 1, 6, 59, 0, 0, time.UTC), notify.Person{}),
		time.Date(2026, 7, 1, 7, 0, 0, 0, time.UTC))
}

func TestN3DigestsOfALookAreSpread(t *testing.T) {
	s := newSurgery(t)
	for id := range 100 {
		s.clinician("c"+string(rune('A'+id/10))+string(rune('A'+id%10)), false)
	}
	s.post(20, session.Rota)
	s.plan()
	d := s.digester()
	d.Spread = time.Hour
	must[int](s)(func() (int, error) { n, _, err := d.Look(t.Context()); return n, err }())
	quarters := map[time.Duration]int{}
	for _, c := range s.digests() {
		quarters[c.Delivery.NotBefore.Sub(s.now)/(15*time.Minute)]++
	}
	for q := range time.Duration(4) {
		if quarters[q] < 10 {
			t.Errorf("quarter %d of the hour has %d of 100 digests", q, quarters[q])
		}
	}
	s.equal("quarters", len(quarters), 4)
}

// However many processes look at once, however they are stopped on the way: everybody is told of each session exactly
// once.
func TestN3TwoLookingAtOnceMakeOneDigestEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSurgery(t)
		clinicians := rapid.IntRange(1, 700).Draw(t, "clinicians")
		for i := range clinicians {
			s.clinician("c"+string(rune('A'+i/26))+string(rune('A'+i%26)), false)
		}
		told, want := map[string]int{}, 0
		for day := range rapid.IntRange(1, 3).Draw(t, "days") {
			posted := rapid.IntRange(0, 3).Draw(t, "posted")
			for i := range posted {
				s.post(1+3*day+i, session.Rota)
			}
			want += posted * clinicians
			s.plan()
			s.now = s.now.Add(24 * time.Hour)
			var all sync.WaitGroup
			for range rapid.IntRange(2, 4).Draw(t, "processes") {
				stop := rapid.IntRange(0, 2*clinicians).Draw(t, "stopped after")
				all.Go(func() {
					d := s.digester()
					d.Queue = &stopping{Queue: s.store, after: stop}
					if _, _, err := d.Look(context.Background()); err != nil && !errors.Is(err, errBroken) {
						t.Errorf("look: %v", err)
					}
				})
			}
			all.Wait()
			must[int](s)(func() (int, error) { n, _, err := s.digester().Look(context.Background()); return n, err }())
		}
		for _, c := range s.digests() {
			for id := range strings.SplitSeq(c.Event.Facts["sessions"], ",") {
				told[c.Event.Facts["clinician"]+" "+id]++
			}
		}
		for who, n := range told {
			if n != 1 {
				t.Errorf("%s was told %d times", who, n)
			}
		}
		if len(told) != want {
			t.Errorf("%d were told of, want %d", len(told), want)
		}
	})
}

// A process that finds another at work leaves it what that is at, and comes back for what may have been left.
func TestN3ALookGivesWayToAnother(t *testing.T) {
	s := newSurgery(t)
	for i := range 450 {
		s.clinician("c"+string(rune('A'+i/26))+string(rune('A'+i%26)), false)
	}
	s.post(20, session.Rota)
	s.plan()
	other := &stopping{Queue: s.store, after: 3} // dies in the first page, at its fourth
	mine := &interrupted{Queue: s.store, by: func() {
		d := s.digester()
		d.Queue = other
		_, _, _ = d.Look(t.Context()) // that it breaks is what it is for
	}}
	d := s.digester()
	d.Queue = mine
	made, _, err := d.Look(t.Context())
	if err != nil {
		t.Error(err)
	}
	s.equal("made by the one that came back, and kept in all", []int{made, len(s.digests())}, []int{447, 450})
	s.equal("refused", mine.refused, 1)
}

// interrupted is a queue before whose first digest something else happens.
type interrupted struct {
	notify.Queue
	by      func()
	refused int
}

func (q *interrupted) Digested(
	ctx context.Context, next notify.DigestMark, e session.Event, deliveries []notify.Delivery,
) error {
	if by := q.by; by != nil {
		q.by = nil
		by()
	}
	err := q.Queue.Digested(ctx, next, e, deliveries)
	if err != nil {
		q.refused++
	}
	return err
}

// stopping is a queue that breaks after so many digests.
type stopping struct {
	notify.Queue
	after int
}

func (q *stopping) Digested(
	ctx context.Context, next notify.DigestMark, e session.Event, deliveries []notify.Delivery,
) error {
	if q.after--; q.after < 0 {
		return errBroken
	}
	return q.Queue.Digested(ctx, next, e, deliveries)
}

func TestDigesterRunLooksWhenSomebodysTimeComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSurgery(t)
		s.clinician("ann", false)
		d := s.digester()
		start, began := s.now, time.Now()
		d.Now = func() time.Time { return start.Add(time.Since(began)) }
		looks := 0
		d.Next = func(after time.Time, p notify.Person) time.Time {
			looks++
			return keeper.Daily(calendar.MustClock(7, 0))(after, p)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 73*time.Hour)
		defer cancel()
		if err := d.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("ended with %v", err)
		}
		// At the start, when only the next time is asked for, and on three mornings, when the last one is, too.
		s.equal("times the schedule was asked", looks, 1+3*2)
	})
}

// TestWhatIsRequiredIsNamed: planner, digester and composer have no constructor that could refuse to make them.
func TestWhatIsRequiredIsNamed(t *testing.T) {
	s := newSurgery(t)
	plan := func(p keeper.Planner) error {
		_, err := p.Plan(t.Context())
		return err
	}
	digest := func(d keeper.Digester) error {
		_, err := d.Digest(t.Context(), slices.Values([]session.ClinicianID{"ada"}))
		return err
	}
	compose := func(c keeper.Composer) error {
		_, err := c.Compose(t.Context(), notify.Claim{Delivery: notify.Delivery{Kind: notify.NewMessage}})
		return err
	}
	for want, err := range map[string]error{
		"Planner.Queue":      plan(keeper.Planner{Store: s.store, Directory: s.dir}),
		"Planner.Store":      plan(keeper.Planner{Queue: s.store, Directory: s.dir}),
		"Planner.Directory":  plan(keeper.Planner{Queue: s.store, Store: s.store}),
		"Digester.Queue":     digest(keeper.Digester{Store: s.store, Directory: s.dir}),
		"Digester.Store":     digest(keeper.Digester{Queue: s.store, Directory: s.dir}),
		"Digester.Directory": (&keeper.Digester{Queue: s.store, Store: s.store, Register: s.dir}).Run(t.Context()),
		"Composer.Store":     compose(keeper.Composer{Directory: s.dir}),
		"Composer.Directory": compose(keeper.Composer{Store: s.store}),
	} {
		if wrong := (*session.FieldError)(nil); !errors.As(err, &wrong) || wrong.Field != want {
			t.Errorf("without %s: %v", want, err)
		}
	}
}

func TestDigesterNeedsARegister(t *testing.T) {
	s := newSurgery(t)
	d := s.digester()
	d.Directory = struct{ desk.Directory }{s.dir}
	var wrong *session.FieldError
	if err := d.Run(t.Context()); !errors.As(err, &wrong) || wrong.Field != "Digester.Register" {
		t.Errorf("without one: %v", err)
	}
	d.Register = s.dir
	if _, next, err := d.Look(t.Context()); err != nil || !next.IsZero() {
		t.Errorf("with one that is empty: %v, %v", next, err)
	}
}
