package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// tenants are two providers that have everything alike: practices of the same name, the same clinicians, the same
// days. Nothing of one is shown to the other, but for what is a person's own.
func tenants(t *test) {
	s := t.open()
	of := map[session.ProviderID]session.Session{}
	for n, provider := range []session.ProviderID{"north", "North", "south"} {
		n++
		open, worked, market := shift(n, 14), shift(10+n, 15+n), shift(20+n, 20)
		market.Channel = session.Marketplace
		open.Provider, worked.Provider, market.Provider = provider, provider, provider
		b := booked(n, worked, "ada")
		worked.State, worked.Booking = session.Filled, b.ID
		mine := published(provider)
		mine.Fee.ClaimWithin *= withdrawal.Length(n)
		t.commit(s, change(string(provider), open, worked, market, applied(open, "ada"), b, keeps(int64(n), b), opened(n, b),
			mine, wrote(n, worked, "ada"), note(n, worked)), desk.Done)
		of[provider] = worked
	}
	for provider, worked := range of {
		t.run("what "+string(provider)+" sees", func(t *test) { t.sees(s, provider, worked) })
	}
	t.of("A7").run("what a clinician sees", func(t *test) {
		p, err := s.Bookings(t.Context(), "", booking.Query{Clinician: "ada"})
		if err != nil || len(p.Items) != 3 {
			t.Errorf("a clinician's bookings with three providers: %d, %v", len(p.Items), err)
		}
		if d := t.diary(s, "ada"); len(d.Put) != 3 {
			t.Errorf("a diary of bookings with three providers: %+v", d.Put)
		}
		work, err := s.FindWork(t.Context(), rota.Search{Clinician: "ada", Channel: session.Marketplace, Within: july})
		if err != nil || len(work.Items) != 3 {
			t.of("A2").Errorf("the marketplace has %d sessions of three providers, %v", len(work.Items), err)
		}
	})
	for _, task := range t.plans(s, now, 500) {
		t.planned(s, task, notify.Chunk{Deliveries: tell(task.Event, now, "ann"), Done: true})
	}
	for provider, worked := range of {
		t.of("N4").run("what is told of "+string(provider), func(t *test) { t.heard(s, provider, worked) })
	}
}

// sees asks every list that knows a provider for what is its, and for what is another's.
func (t *test) sees(s Store, provider session.ProviderID, worked session.Session) {
	t.Helper()
	ctx := t.Context()
	only := func(what string, count int, err error, others []session.ProviderID) {
		t.Helper()
		wrong := slices.ContainsFunc(others, func(p session.ProviderID) bool { return p != provider })
		if err != nil || wrong || len(others) != count {
			t.Errorf("%s of %s: %d of the providers %v, %v", what, provider, len(others), others, err)
		}
	}
	cal, err := s.Calendar(ctx, provider, session.CalendarQuery{Practice: "leeds", Within: july})
	only("the calendar", 3, err, tenantsOf(cal.Items, func(e session.CalendarEntry) session.ProviderID {
		return e.Session.Provider
	}))
	for _, practice := range []session.PracticeID{"", "leeds"} {
		work, err := s.FindWork(ctx, rota.Search{
			Clinician: "ada", Channel: session.Rota, Providers: []session.ProviderID{provider}, Practice: practice, Within: july,
		})
		only("the rota", 1, err, tenantsOf(work.Items, func(l rota.Listing) session.ProviderID { return l.Session.Provider }))
	}
	for _, q := range []booking.Query{{Practice: "leeds"}, {Clinician: "ada"}, {Practice: "leeds", Within: july}} {
		bookings, err := s.Bookings(ctx, provider, q)
		only("bookings", 1, err, tenantsOf(bookings.Items, booking.Booking.Tenant))
	}
	for _, q := range []withdrawal.CaseQuery{{}, {Practice: "leeds"}} {
		cases, err := s.Cases(ctx, provider, q)
		only("cases", 1, err, tenantsOf(cases.Items, withdrawal.Case.Tenant))
	}
	policies, err := s.Policies(ctx, provider)
	only("policies", 1, err, tenantsOf(policies, withdrawal.Policy.Tenant))
	for _, want := range []desk.Want{{Session: worked.ID}, {Provider: provider}, {Booking: worked.Booking}} {
		only(fmt.Sprintf("the policies of %+v", want), 1, nil, tenantsOf(t.load(s, want).Policies, withdrawal.Policy.Tenant))
	}
	for _, q := range []desk.RecordQuery{{Session: worked.ID}, {Subject: worked.Subject()}} {
		for _, other := range []session.ProviderID{"north", "North", "south", "NORTH", "nort", "north "} {
			p, err := s.Record(ctx, other, q)
			if err != nil || (len(p.Items) > 0) != (other == provider) {
				t.Errorf("the record of a session of %s, to %q: %d events, %v", provider, other, len(p.Items), err)
			}
		}
	}
	upper := session.ProviderID(strings.ToUpper(string(provider)))
	for _, other := range []session.ProviderID{upper, "nort", "%", "_orth"} {
		cal, err := s.Calendar(ctx, other, session.CalendarQuery{Practice: "leeds", Within: july})
		if err != nil || len(cal.Items) > 0 {
			t.Errorf("the calendar of the provider %q: %d sessions, %v", other, len(cal.Items), err)
		}
	}
}

// heard asks for what was told because of one provider.
func (t *test) heard(s Store, provider session.ProviderID, worked session.Session) {
	t.Helper()
	for _, q := range []notify.DeliveryQuery{{Person: "ann"}, {Session: worked.ID}} {
		q.Provider = provider
		p, err := s.Deliveries(t.Context(), q)
		if err != nil || len(p.Items) == 0 {
			t.Errorf("deliveries %+v: %d, %v", q, len(p.Items), err)
		}
		for _, d := range p.Items {
			if d.Provider != provider {
				t.Errorf("deliveries %+v hold one of %s", q, d.Provider)
			}
		}
		q.Provider = "west"
		if p, err := s.Deliveries(t.Context(), q); err != nil || len(p.Items) > 0 {
			t.Errorf("deliveries %+v: %d, %v", q, len(p.Items), err)
		}
	}
	entries, err := s.Feed(t.Context(), notify.ProviderFeed(provider), 0, 500)
	if err != nil || len(entries) == 0 {
		t.Errorf("the feed of %s: %d, %v", provider, len(entries), err)
	}
	for _, e := range entries {
		if e.Event.Provider != provider {
			t.Errorf("the feed of %s holds an event of %s", provider, e.Event.Provider)
		}
	}
}

func tenantsOf[T any](items []T, of func(T) session.ProviderID) []session.ProviderID {
	var all []session.ProviderID
	for _, item := range items {
		all = append(all, of(item))
	}
	return all
}
