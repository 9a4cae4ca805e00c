package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// feeds number what is planned, in the order in which the plans were done.
func feeds(t *test) {
	s := t.open()
	posted := func(n int, channel session.Channel) {
		c := change(fmt.Sprint("post-", n), shift(n, 14))
		c.Events[0].Kind, c.Events[0].To = "session.posted", "open"
		c.Events[0].Facts["channel"] = channel.String()
		t.commit(s, c, desk.Done)
	}
	t.happened(s, "north", 1)
	t.happened(s, "south", 2)
	posted(3, session.Marketplace)
	posted(4, session.Rota)
	tasks := t.plans(s, now, 9)
	if len(tasks) != 4 {
		t.Fatalf("%d plans wait, of 4 events", len(tasks))
	}
	read := func(what string, id notify.FeedID, after int64, limit int, want ...string) {
		t.Helper()
		entries, err := s.Feed(t.Context(), id, after, limit)
		if err != nil {
			t.Fatalf("the feed: %v", err)
		}
		var said []string
		for _, e := range entries {
			said = append(said, fmt.Sprint(e.No, " ", e.Event.Session))
		}
		t.same(what, want, said)
	}
	north := notify.ProviderFeed("north")
	t.planned(s, tasks[2], notify.Chunk{Done: true})
	read("the first to be planned", north, 0, 9, "1 s-000003")
	t.planned(s, tasks[0], notify.Chunk{Next: "x"})
	read("a plan that isn't done", north, 0, 9, "1 s-000003")
	t.planned(s, tasks[0], notify.Chunk{Done: true})
	t.planned(s, tasks[1], notify.Chunk{Done: true})
	t.planned(s, tasks[3], notify.Chunk{Done: true})
	read("a late one comes after what was read, never before", north, 0, 9, "1 s-000003", "2 s-000001", "3 s-000004")
	read("after the first", north, 1, 9, "2 s-000001", "3 s-000004")
	read("one after the first", north, 1, 1, "2 s-000001")
	read("after the last", north, 3, 9)
	read("from before the first", north, -5, 1, "1 s-000003")
	read("another provider's", notify.ProviderFeed("south"), 0, 9, "1 s-000002")
	read("the marketplace's", notify.MarketplaceFeed, 0, 9, "1 s-000003")
	read("nobody's", notify.ProviderFeed("west"), 0, 9)
	all, err := s.FeedIDs(t.Context(), "", 9)
	if err != nil {
		t.Fatalf("feed ids: %v", err)
	}
	t.same("all feeds, the marketplace's among them",
		slices.Sorted(slices.Values([]notify.FeedID{north, notify.ProviderFeed("south"), notify.MarketplaceFeed})), all)
	entries, err := s.Feed(t.Context(), north, 1, 1)
	if err != nil {
		t.Fatalf("the feed: %v", err)
	}
	t.same("an event of a feed as it was committed", tasks[0].Event, entries[0].Event)
	entries[0].Event.Facts["a"] = "spoilt"
	again, err := s.Feed(t.Context(), north, 1, 1)
	if err != nil || again[0].Event.Facts["a"] != "b" {
		t.of("P2").Errorf("after the caller changed what a feed gave: %+v, %v", again, err)
	}
}

// digest is the event of one digest of a clinician.
func digest(version int64) session.Event {
	return session.Event{
		Subject: session.Subject{Kind: notify.KindDigest, ID: "dr"}, Version: version, Kind: notify.EventDigest,
		At: now, By: session.System(), Command: "digest", Facts: session.Facts{"sessions": "s-1,s-2"},
	}
}

// mark is what the store keeps of the digests of "dr".
func (t *test) mark(s Store) notify.DigestMark {
	t.Helper()
	mark, err := s.DigestMark(t.Context(), "dr")
	if err != nil {
		t.Fatalf("the mark: %v", err)
	}
	return mark
}

// digests keep a clinician's mark with what is sent.
func digests(t *test) {
	s := t.open()
	t.same("the first mark", notify.DigestMark{Clinician: "dr"}, t.mark(s))
	north := notify.ProviderFeed("north")
	seen := map[notify.FeedID]int64{notify.MarketplaceFeed: 1 << 40, north: 3}
	next := notify.DigestMark{Clinician: "dr", Version: 1, Seen: seen, At: now}
	give := func(what string, next notify.DigestMark, deliveries []notify.Delivery, want error) {
		t.Helper()
		if err := s.Digested(t.Context(), next, digest(next.Version), deliveries); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	early := next
	early.Version = 2
	give("a second digest without a first one", early, tell(digest(2), now, "zoe"), notify.ErrDigestMoved)
	give("the first digest", next, tell(digest(1), now, "ann"), nil)
	seen[north], seen[notify.MarketplaceFeed] = 7, 99
	kept := t.mark(s)
	t.same("the mark", notify.DigestMark{Clinician: "dr", Version: 1, At: now, Seen: map[notify.FeedID]int64{
		notify.MarketplaceFeed: 1 << 40, north: 3,
	}}, kept)
	give("another digest of the same mark", next, tell(digest(1), now, "bob"), notify.ErrDigestMoved)
	t.same("who was told", tell(digest(1), now, "ann"), t.told(s, digest(1)))
	t.same("who was told of what was refused", 0, len(t.told(s, digest(2))))
	due := t.claim(s, now, 9)
	t.same("what is due", []session.PersonID{"ann"}, persons(due))
	if len(due) == 1 {
		t.same("the event of a digest", digest(1), due[0].Event)
	}
	kept.Seen = maps.Clone(kept.Seen)
	t.mark(s).Seen[north] = 8
	t.of("P2").same("the mark, after the caller changed what it got", kept, t.mark(s))
	kept.Version, kept.At = 2, now.Add(time.Hour)
	give("nothing to say", kept, nil, nil)
	t.same("nothing to say, nothing sent", 0, len(t.told(s, digest(2))))
	t.same("the mark, of which nothing was said", kept, t.mark(s))
	for _, feed := range []notify.FeedID{notify.MarketplaceFeed, notify.ProviderFeed("")} {
		if entries, err := s.Feed(t.Context(), feed, 0, 9); err != nil || len(entries) > 0 {
			t.Errorf("a digest stands in the feed %s: %v, %v", feed, entries, err)
		}
	}
	if tasks := t.plans(s, now.Add(time.Hour), 9); len(tasks) > 0 {
		t.Errorf("a digest waits to be planned: %v", eventsOf(tasks))
	}
	t.run("many at once", func(t *test) { manyDigests(t, s) })
}

// manyDigests start from one mark: one of them makes the next.
func manyDigests(t *test, s Store) {
	done := make(chan error, t.racers())
	begin := gate(t.racers())
	for i := range t.racers() {
		go func() {
			begin()
			after := notify.DigestMark{Clinician: "dr", Version: 3, At: now}
			person := session.PersonID(fmt.Sprint("p-", i))
			done <- s.Digested(t.Context(), after, digest(3), tell(digest(3), now, person))
		}()
	}
	won := 0
	for range t.racers() {
		switch err := <-done; {
		case err == nil:
			won++
		case !errors.Is(err, notify.ErrDigestMoved):
			t.Errorf("a digest among many: %v, want notify.ErrDigestMoved", err)
		}
	}
	if told := len(t.told(s, digest(3))); won != 1 || told != 1 {
		t.Errorf("%d digests made the next mark, and told %d people; want one", won, told)
	}
}
