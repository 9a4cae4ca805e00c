package notify_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

func TestN5DiagramInTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for line := range strings.Lines(notify.Diagram()) {
		want.WriteString("//\t" + line)
	}
	if !strings.Contains(string(doc), want.String()) {
		t.Errorf("doc.go does not show the table:\n%s", want.String())
	}
}

func TestN5StatesOfADelivery(t *testing.T) {
	final := []notify.State{notify.Suppressed, notify.Delivered, notify.GivenUp, notify.Stale}
	leads := map[string]int{}
	for s := notify.Planned; s <= notify.Stale; s++ {
		equal(t, s.String()+" final", s.Final(), slices.Contains(final, s))
		for tr := notify.Suppressing; tr <= notify.Voiding; tr++ {
			if to, ok := s.Next(tr); ok {
				leads[tr.String()]++
				if !to.Valid() {
					t.Errorf("%s leads from %s nowhere", tr, s)
				}
			}
		}
	}
	equal(t, "rows by trigger", leads, map[string]int{
		"suppress": 1, "claim": 3, "deliver": 1, "fail": 1, "lose": 1, "give_up": 1, "void": 1,
	})
}

func TestN5KeysAreStable(t *testing.T) {
	equal(t, "key", notify.DeliveryKey("booking/b1/1/booking.cancelled", "ann", notify.Email),
		notify.DeliveryKey("booking/b1/1/booking.cancelled", "ann", notify.Email))
	equal(t, "golden", notify.DeliveryKey("e", "p", notify.Email), golden)
}

// golden holds the keys of all deliveries ever made: it must not change.
const golden = "bd6a9519-dcf2-8f42-ae07-09c3a694f301"

func TestN5Outcomes(t *testing.T) {
	later := noon.Add(time.Minute)
	for _, c := range []struct {
		name  string
		o     notify.Outcome
		want  notify.Trigger
		field string
	}{
		{"N5 delivered", notify.Outcome{State: notify.Delivered, At: noon}, notify.Delivering, ""},
		{"N5 failed", notify.Outcome{State: notify.Failed, At: noon, Retry: later}, notify.Failing, ""},
		{"N5 unknown, retried", notify.Outcome{State: notify.Unknown, At: noon, Retry: later}, notify.Losing, ""},
		{"N5 unknown, parked", notify.Outcome{State: notify.Unknown, At: noon}, notify.Losing, ""},
		{"N5 given up", notify.Outcome{State: notify.GivenUp, At: noon}, notify.GivingUp, ""},
		{"N5 stale", notify.Outcome{State: notify.Stale, At: noon}, notify.Voiding, ""},
		{"failed for ever", notify.Outcome{State: notify.Failed, At: noon}, 0, "Retry"},
		{"delivered again", notify.Outcome{State: notify.Delivered, At: noon, Retry: later}, 0, "Retry"},
		{"no time", notify.Outcome{State: notify.Delivered}, 0, "At"},
		{"no outcome", notify.Outcome{State: notify.Planned, At: noon}, 0, "State"},
		{"still claimed", notify.Outcome{State: notify.Claimed, At: noon}, 0, "State"},
		{"nothing", notify.Outcome{At: noon}, 0, "State"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.o.Trigger()
			equal(t, "trigger", got, c.want)
			wrong(t, err, c.field)
		})
	}
}

// wrong checks that an error names a field; "": that there is none.
func wrong(t *testing.T, err error, field string) {
	t.Helper()
	var bad *session.FieldError
	switch {
	case field == "" && err != nil:
		t.Errorf("refused: %v", err)
	case field != "" && (!errors.As(err, &bad) || bad.Field != field):
		t.Errorf("got %v, want an error about %s", err, field)
	}
}

func TestClaimRequestsNameTheWrongField(t *testing.T) {
	good := notify.ClaimRequest{Now: noon, Lease: time.Minute, Limit: 1, Channels: []notify.Channel{notify.Email}}
	wrong(t, good.Validate(), "")
	for field, spoil := range map[string]func(*notify.ClaimRequest){
		"Now":      func(r *notify.ClaimRequest) { r.Now = time.Time{} },
		"Lease":    func(r *notify.ClaimRequest) { r.Lease = 0 },
		"Limit":    func(r *notify.ClaimRequest) { r.Limit = 0 },
		"Channels": func(r *notify.ClaimRequest) { r.Channels = []notify.Channel{0} },
	} {
		r := good
		spoil(&r)
		wrong(t, r.Validate(), field)
	}
}

func TestDeliveryQueriesAskForOneThing(t *testing.T) {
	wrong(t, notify.DeliveryQuery{Person: "ann"}.Validate(), "")
	wrong(t, notify.DeliveryQuery{Event: "e"}.Validate(), "")
	wrong(t, notify.DeliveryQuery{}.Validate(), "Session")
	wrong(t, notify.DeliveryQuery{Session: "s", Person: "ann"}.Validate(), "Session")
	wrong(t, notify.DeliveryQuery{Session: "s", Page: session.PageRequest{Limit: -1}}.Validate(), "Page.Limit")
}

func TestN3Feeds(t *testing.T) {
	posted := event("session.posted", bob, session.Facts{"channel": "rota"})
	posted.Subject.Kind, posted.To = session.KindSession, "open"
	north := notify.ProviderFeed("north")
	equal(t, "a rota session", notify.Feeds(posted), []notify.FeedID{north})
	posted.Facts["channel"] = "marketplace"
	equal(t, "a marketplace session", notify.Feeds(posted), []notify.FeedID{north, notify.MarketplaceFeed})
	delete(posted.Facts, "channel")
	equal(t, "one that doesn't say", notify.Feeds(posted), []notify.FeedID{north, notify.MarketplaceFeed})
	equal(t, "anything else", notify.Feeds(event("booking.cancelled", bob, nil)), []notify.FeedID{north})
	equal(t, "a person's own", notify.Feeds(session.Event{Kind: notify.EventSettingsChanged}),
		[]notify.FeedID{notify.ProviderFeed("")})
	if got := notify.Feeds(session.Event{Kind: notify.EventDigest}); got != nil {
		t.Errorf("a digest is in %v", got)
	}
	if notify.ProviderFeed("marketplace") == notify.MarketplaceFeed {
		t.Error("a provider's name makes its feed the marketplace's")
	}
}
