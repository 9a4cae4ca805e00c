package ledger_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/internal/integration/worker"
	"github.com/sessional-go/sessional/internal/integration/worker/ledger"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// spoilt is a store of which one thing is not as it was left.
type spoilt struct {
	worker.Store
	outcome func(desk.Outcome) (desk.Outcome, error)
	record  func([]session.Event) []session.Event
	load    func(*desk.Snapshot)
	feed    func([]notify.FeedEntry) []notify.FeedEntry
}

func (s spoilt) Outcome(ctx context.Context, key desk.CommandKey) (desk.Outcome, error) {
	out, err := s.Store.Outcome(ctx, key)
	if err != nil || s.outcome == nil {
		return out, err
	}
	return s.outcome(out)
}

func (s spoilt) Record(
	ctx context.Context, p session.ProviderID, q desk.RecordQuery,
) (session.Page[session.Event], error) {
	page, err := s.Store.Record(ctx, p, q)
	if s.record != nil && len(page.Items) > 0 {
		page.Items = s.record(page.Items)
	}
	return page, err
}

func (s spoilt) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	read, err := s.Store.Load(ctx, want)
	if s.load != nil {
		s.load(&read)
	}
	return read, err
}

func (s spoilt) Feed(ctx context.Context, feed notify.FeedID, after int64, limit int) ([]notify.FeedEntry, error) {
	entries, err := s.Store.Feed(ctx, feed, after, limit)
	if s.feed != nil && len(entries) > 0 {
		entries = s.feed(entries)
	}
	return entries, err
}

func lost(desk.Outcome) (desk.Outcome, error) { return desk.Outcome{}, desk.ErrNoOutcome }

// play plays a short story on a store; some lines are kept from the ledger.
func play(t *testing.T, hidden func(worker.Line) bool) (*ledger.Ledger, worker.Store) {
	t.Helper()
	store, book := memory.New(), ledger.New()
	clock := worker.Clock{Began: worker.Monotonic()}
	enter := book.Listener()
	w := worker.StartHere(t, store, clock, func(line worker.Line) {
		if !hidden(line) {
			enter(line)
		}
	})
	w.Prepare(clock)
	w.Give(worker.Order{Do: worker.DoPlay, Play: &worker.Play{Seed: 1, Users: 4, Commands: 30}})
	w.Await()
	w.Give(worker.Order{Do: worker.DoTell})
	w.Await()
	return book, store
}

func checkAll(t *testing.T, book *ledger.Ledger, store worker.Store) string {
	t.Helper()
	var text []string
	for _, err := range []error{
		book.Check(t.Context(), store), ledger.CheckBookings(t.Context(), store), book.CheckTold(t.Context(), store, false),
	} {
		if err != nil {
			text = append(text, err.Error())
		}
	}
	return strings.Join(text, "\n")
}

func TestLedgerFindsNothingWrongWithAGoodStoreP2P3N4(t *testing.T) {
	book, store := play(t, func(worker.Line) bool { return false })
	if wrong := checkAll(t, book, store); wrong != "" {
		t.Error(wrong)
	}
	if n := book.Count(); n.Committed < 40 || n.Events < n.Committed || n.Claims == 0 {
		t.Errorf("too little happened: %s", n)
	}
}

func TestLedgerFindsWhatIsWrongP2P3N4(t *testing.T) {
	for name, c := range map[string]struct {
		spoil spoilt
		want  string
	}{
		"an outcome is lost": {spoilt{outcome: lost}, "P3: command"},
		"an outcome is another": {spoilt{outcome: func(o desk.Outcome) (desk.Outcome, error) {
			o.Result = []byte(`{"id":"another"}`)
			return o, nil
		}}, "P3: command"},
		"an event is lost": {spoilt{record: func(all []session.Event) []session.Event { return all[1:] }}, "N4: event"},
		"an event stands twice": {spoilt{record: func(all []session.Event) []session.Event {
			return append(all, all[0])
		}}, "N4: event"},
		"an event is another": {spoilt{record: func(all []session.Event) []session.Event {
			all[0].To = "another"
			return all
		}}, "P2: event"},
		"an event is nobody's": {spoilt{record: func(all []session.Event) []session.Event {
			e := all[len(all)-1]
			e.Version += 100
			return append(all, e)
		}}, "N4: event"},
		"a record is the one before": {spoilt{load: func(s *desk.Snapshot) { s.Booking.Version-- }}, "P2: booking/"},
		"a record is another":        {spoilt{load: func(s *desk.Snapshot) { s.Session.Terms.Place = "another" }}, "P2: session/"},
		"a diary has another entry":  {spoilt{load: func(s *desk.Snapshot) { s.Diary.Entries = nil }}, "A7: the diary"},
		"a feed has a gap": {spoilt{feed: func(all []notify.FeedEntry) []notify.FeedEntry {
			return all[min(1, len(all)-1):]
		}}, "N4: in provider/"},
	} {
		t.Run(name, func(t *testing.T) {
			book, store := play(t, func(worker.Line) bool { return false })
			c.spoil.Store = store
			if wrong := checkAll(t, book, c.spoil); !strings.Contains(wrong, c.want) {
				t.Errorf("it should find %q: %s", c.want, wrong)
			}
		})
	}
}

// A command whose process died in the middle of its commit is there wholly or not at all.
func TestLedgerFindsWhatIsHalfDoneP2P3N4(t *testing.T) {
	died := func() func(worker.Line) bool {
		tries := map[int64]bool{}
		return func(line worker.Line) bool {
			switch line.Kind {
			case worker.Trying:
				tries[line.No] = true
			case worker.Judged:
				return tries[line.No]
			default:
			}
			return line.Kind == worker.Returned
		}
	}
	t.Run("wholly", func(t *testing.T) {
		book, store := play(t, died())
		if wrong := checkAll(t, book, store); wrong != "" {
			t.Error(wrong)
		}
		if len(book.Unanswered()) == 0 {
			t.Error("every command counts as answered, though no answer was heard")
		}
	})
	for name, c := range map[string]struct {
		spoil spoilt
		want  string
	}{
		"all but the outcome": {spoilt{outcome: lost}, "and the command was not committed"},
		"all but an event": {spoilt{record: func(all []session.Event) []session.Event { return all[1:] }},
			"was committed, and is not in the record"},
		"all but a record": {spoilt{load: func(s *desk.Snapshot) { s.Application = desk.Snapshot{}.Application }},
			"P2: application/"},
	} {
		t.Run(name, func(t *testing.T) {
			book, store := play(t, died())
			c.spoil.Store = store
			if wrong := checkAll(t, book, c.spoil); !strings.Contains(wrong, c.want) {
				t.Errorf("it should find %q: %s", c.want, wrong)
			}
		})
	}
}
