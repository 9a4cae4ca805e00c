package notify_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// outcome is what a plan made of each channel: planned, or why not.
func outcome(planned []notify.Delivery) map[string]string {
	got := map[string]string{}
	for _, d := range planned {
		got[d.Channel.String()] = d.State.String()
		if d.Why != "" {
			got[d.Channel.String()] += " " + string(d.Why)
		}
	}
	return got
}

func TestPlan(t *testing.T) {
	type m = map[string]string
	off := notify.Settings{
		Emails: notify.Emails{Applications: notify.Off, Bookings: notify.Off, Pay: notify.Off, Messages: notify.Off,
			Cases: notify.Off},
		Pushes: notify.Pushes{Accepted: notify.Off, Paid: notify.Off, Message: notify.Off, Cancelled: notify.Off,
			Updated: notify.Off},
	}
	quiet := notify.Settings{Quiet: notify.Quiet{From: calendar.MustClock(11, 0), To: calendar.MustClock(13, 0)}}
	noEmail, noDevice, nobody := reachable, reachable, notify.Person{ID: "ann"}
	noEmail.Email, noDevice.Devices = " ", []notify.Device{{Channel: notify.Android}}
	for _, c := range []struct {
		name     string
		kind     notify.Kind
		by       session.Actor
		person   notify.Person
		settings notify.Settings
		want     m
	}{
		{"N1 everything is on", notify.InvoicePaid, bob, reachable, notify.Settings{},
			m{"email": "planned", "android": "planned", "iphone": "planned"}},
		{"N1 turned off, and recorded (N4)", notify.InvoicePaid, bob, reachable, off,
			m{"email": "suppressed setting_off", "android": "suppressed setting_off", "iphone": "suppressed setting_off"}},
		{"N1 the email off, the push on", notify.InvoicePaid, bob, reachable,
			notify.Settings{Emails: notify.Emails{Pay: notify.Off}},
			m{"email": "suppressed setting_off", "android": "planned", "iphone": "planned"}},
		{"N1 no address, no device", notify.InvoicePaid, bob, nobody, notify.Settings{},
			m{"email": "suppressed no_address", "android": "suppressed no_device", "iphone": "suppressed no_device"}},
		{"N1 a device without a token is none", notify.InvoicePaid, bob, noDevice, notify.Settings{},
			m{"email": "planned", "android": "suppressed no_device", "iphone": "suppressed no_device"}},
		{"N1 quiet hours hold", notify.InvoicePaid, bob, reachable, quiet,
			m{"email": "planned quiet_hours", "android": "planned quiet_hours", "iphone": "planned quiet_hours"}},
		{"A1 an allocation has no push", notify.Allocated, rosa, reachable, notify.Settings{}, m{"email": "planned"}},
		{"A1 an allocation, emails off", notify.Allocated, rosa, reachable, off, m{"email": "suppressed setting_off"}},
		{"N2 a withdrawal can't be turned off", notify.BookingWithdrawn, bob, reachable, off,
			m{"email": "planned", "android": "suppressed setting_off", "iphone": "suppressed setting_off"}},
		{"N2 without an address the push goes in spite of its switch", notify.BookingWithdrawn, bob, noEmail, off,
			m{"email": "suppressed no_address", "android": "planned", "iphone": "planned"}},
		{"N2 quiet hours don't hold it", notify.ClinicianCancelled, bob, reachable, quiet,
			m{"email": "planned", "android": "planned", "iphone": "planned"}},
		{"N2 nothing carries it, and that is recorded", notify.BookingWithdrawn, bob, nobody, off,
			m{"email": "suppressed no_address", "android": "suppressed no_device", "iphone": "suppressed no_device"}},
		{"N4 who did it is not told", notify.InvoicePaid, ann, reachable, notify.Settings{},
			m{"email": "suppressed is_actor", "android": "suppressed is_actor", "iphone": "suppressed is_actor"}},
		{"N4 who did it is not told what can't be turned off either", notify.ClinicianCancelled, ann, reachable, off,
			m{"email": "suppressed is_actor", "android": "suppressed is_actor", "iphone": "suppressed is_actor"}},
		{"A6 whoever came first gets the confirmation", notify.BookingConfirmed, ann, reachable, off,
			m{"email": "planned", "android": "suppressed setting_off", "iphone": "suppressed setting_off"}},
		{"W9 the number comes by email as well", notify.CallDue, ann, reachable, quiet, m{"email": "planned"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := notify.Notice{Kind: c.kind, Audience: notify.BookedClinician}
			equal(t, "plan", outcome(notify.Plan(event("x", c.by, nil), n, c.person, c.settings, noon)), c.want)
		})
	}
}

func TestN4ADeliverySaysWhereItComesFrom(t *testing.T) {
	e := event("booking.cancelled", bob, nil)
	n := notify.Notice{Kind: notify.CallDue, Audience: notify.BookedClinician}
	equal(t, "plan", notify.Plan(e, n, reachable, notify.Settings{}, noon), []notify.Delivery{{
		Key: notify.DeliveryKey(e.Key(), "ann", notify.Email), Event: "booking/b1/1/booking.cancelled",
		Kind: notify.CallDue, Channel: notify.Email, Person: "ann", Audience: notify.BookedClinician,
		Session: "s1", Provider: "north", State: notify.Planned, Planned: noon, NotBefore: noon,
	}})
	d := notify.Plan(e, n, notify.Person{ID: "ann"}, notify.Settings{}, noon)[0]
	if !d.NotBefore.IsZero() {
		t.Errorf("what is suppressed is due at %v", d.NotBefore)
	}
}

func TestA1Reaches(t *testing.T) {
	emailsOff := notify.Settings{Emails: notify.Emails{Bookings: notify.Off}}
	for _, c := range []struct {
		name string
		kind notify.Kind
		p    notify.Person
		s    notify.Settings
		want bool
	}{
		{"A1 emails on", notify.Allocated, reachable, notify.Settings{}, true},
		{"A1 emails off", notify.Allocated, reachable, emailsOff, false},
		{"A1 no address", notify.Allocated, notify.Person{ID: "ann"}, notify.Settings{}, false},
		{"A6 can't be turned off", notify.BookingConfirmed, reachable, emailsOff, true},
		{"B2 a push is enough", notify.InvoicePaid, reachable, notify.Settings{Emails: notify.Emails{Pay: notify.Off}}, true},
	} {
		t.Run(c.name, func(t *testing.T) { equal(t, "reached", notify.Reaches(c.kind, c.p, c.s), c.want) })
	}
}

// Reaches and Plan agree, whatever the settings; each channel is decided once; keys are stable and distinct (N5).
func TestN5PlanIsDecidedOncePerChannel(t *testing.T) {
	sw := rapid.SampledFrom([]notify.Switch{0, notify.On, notify.Off})
	rapid.Check(t, func(t *rapid.T) {
		s := notify.Settings{
			Emails: notify.Emails{Bookings: sw.Draw(t, "bookings"), Pay: sw.Draw(t, "pay"), Messages: sw.Draw(t, "messages")},
			Pushes: notify.Pushes{Paid: sw.Draw(t, "paid"), Cancelled: sw.Draw(t, "cancelled"), Updated: sw.Draw(t, "updated")},
		}
		p := reachable
		p.ID = "zoe"
		if rapid.Bool().Draw(t, "no address") {
			p.Email = ""
		}
		p.Devices = p.Devices[:rapid.IntRange(0, 2).Draw(t, "devices")]
		n := notify.Notice{Kind: rapid.SampledFrom(notify.MessageKinds()).Draw(t, "kind")}
		e := event("x", rapid.SampledFrom([]session.Actor{ann, bob}).Draw(t, "by"), nil)
		planned := notify.Plan(e, n, p, s, noon)
		sent := slices.ContainsFunc(planned, func(d notify.Delivery) bool { return d.State == notify.Planned })
		if sent != notify.Reaches(n.Kind, p, s) {
			t.Fatalf("planned %v, but Reaches says %v", outcome(planned), !sent)
		}
		keys := map[string]bool{}
		for _, d := range planned {
			if keys[d.Key] || d.Key != notify.DeliveryKey(e.Key(), "zoe", d.Channel) {
				t.Fatalf("the key of %v is not its own", d)
			}
			keys[d.Key] = true
		}
		if tr, _ := n.Kind.Trait(); tr.Must && (p.Email != "" || len(p.Devices) > 0) && !sent {
			t.Fatalf("%s can't be turned off, but was", n.Kind)
		}
	})
}
