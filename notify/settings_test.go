package notify_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

func TestN1DefaultsOfSomebodyWhoNeverChose(t *testing.T) {
	var s notify.Settings
	for g := notify.ApplicationEmails; g <= notify.DigestEmails; g++ {
		if !s.Email(g) {
			t.Errorf("emails of group %d are off", g)
		}
	}
	for g := notify.AcceptedPush; g <= notify.UpdatedPush; g++ {
		if !s.Push(g) {
			t.Errorf("pushes of group %d are off", g)
		}
	}
	if !s.DigestOf(session.Rota) || s.DigestOf(session.Marketplace) || s.DigestOf(0) {
		t.Error("digests are not: rota on, marketplace off")
	}
	if s.Email(0) || s.Email(99) || s.Push(0) || s.Push(99) {
		t.Error("a group that doesn't exist is on")
	}
}

// Each switch turns off what it governs, and nothing else.
func TestN1EachSwitchGovernsItsOwn(t *testing.T) {
	type group struct {
		email notify.EmailGroup
		push  notify.PushGroup
	}
	for _, c := range []struct {
		name string
		set  notify.SetPreferences
		off  group
	}{
		{"applications", notify.SetPreferences{Emails: notify.Emails{Applications: notify.Off}},
			group{email: notify.ApplicationEmails}},
		{"bookings", notify.SetPreferences{Emails: notify.Emails{Bookings: notify.Off}}, group{email: notify.BookingEmails}},
		{"pay", notify.SetPreferences{Emails: notify.Emails{Pay: notify.Off}}, group{email: notify.PayEmails}},
		{"messages", notify.SetPreferences{Emails: notify.Emails{Messages: notify.Off}}, group{email: notify.MessageEmails}},
		{"cases", notify.SetPreferences{Emails: notify.Emails{Cases: notify.Off}}, group{email: notify.CaseEmails}},
		{"reminders", notify.SetPreferences{Reminders: notify.Off}, group{email: notify.ReminderEmails}},
		{"digest", notify.SetPreferences{Digests: notify.Digests{Rota: notify.Off}}, group{email: notify.DigestEmails}},
		{"push accepted", notify.SetPreferences{Pushes: notify.Pushes{Accepted: notify.Off}},
			group{push: notify.AcceptedPush}},
		{"push paid", notify.SetPreferences{Pushes: notify.Pushes{Paid: notify.Off}}, group{push: notify.PaidPush}},
		{"push message", notify.SetPreferences{Pushes: notify.Pushes{Message: notify.Off}}, group{push: notify.MessagePush}},
		{"push cancelled", notify.SetPreferences{Pushes: notify.Pushes{Cancelled: notify.Off}},
			group{push: notify.CancelledPush}},
		{"push updated", notify.SetPreferences{Pushes: notify.Pushes{Updated: notify.Off}}, group{push: notify.UpdatedPush}},
	} {
		t.Run("N1 "+c.name, func(t *testing.T) {
			c.set.Command, c.set.Person = session.Do("c1", ann), "ann"
			s, _, err := c.set.Decide(notify.Settings{}, noon)
			if err != nil {
				t.Fatal(err)
			}
			for g := notify.ApplicationEmails; g <= notify.DigestEmails; g++ {
				equal(t, fmt.Sprint("emails of group ", g), s.Email(g), g != c.off.email)
			}
			for g := notify.AcceptedPush; g <= notify.UpdatedPush; g++ {
				equal(t, fmt.Sprint("pushes of group ", g), s.Push(g), g != c.off.push)
			}
		})
	}
}

func TestN1SetPreferencesKeepsWhatIsNotGiven(t *testing.T) {
	night := notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)}
	first := notify.SetPreferences{
		Command: session.Do("c1", ann), Person: "ann",
		Emails: notify.Emails{Pay: notify.Off}, Digests: notify.Digests{Marketplace: notify.On}, Quiet: &night,
	}
	s, d, err := first.Decide(notify.Settings{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := notify.Settings{
		Person: "ann", Version: 1, Emails: notify.Emails{Pay: notify.Off},
		Digests: notify.Digests{Marketplace: notify.On}, Quiet: night,
	}
	clocks := cmp.Comparer(func(a, b calendar.Clock) bool { return a == b })
	if diff := cmp.Diff(want, s, clocks); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	equal(t, "facts", d.Events[0].Facts, session.Facts{
		"emails.pay": "off", "digests.marketplace": "on", "quiet": "22:00-07:00",
	})
	equal(t, "kind", d.Events[0].Kind, notify.EventSettingsChanged)
	equal(t, "subject", d.Events[0].Subject, session.Subject{Kind: session.KindSettings, ID: "ann"})
	equal(t, "records", len(d.Records), 1)

	second := notify.SetPreferences{
		Command: session.Do("c2", ann), Person: "ann", Emails: notify.Emails{Pay: notify.On}, Quiet: &notify.Quiet{},
	}
	s, d, err = second.Decide(s, noon)
	if err != nil {
		t.Fatal(err)
	}
	want.Version, want.Emails.Pay, want.Quiet = 2, notify.On, notify.Quiet{}
	if diff := cmp.Diff(want, s, clocks); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	equal(t, "facts", d.Events[0].Facts, session.Facts{"emails.pay": "on", "quiet": "none"})
	if s.Tenant() != "" || s.About() != "" {
		t.Error("settings belong to a provider or a session")
	}
}

func TestP1NobodyChoosesForSomebodyElse(t *testing.T) {
	c := notify.SetPreferences{Command: session.Do("c1", session.Support("sue")), Person: "ann"}
	var refused *session.ForbiddenError
	if _, _, err := c.Decide(notify.Settings{Person: "ann"}, noon); !errors.As(err, &refused) {
		t.Errorf("got %v, want a *session.ForbiddenError", err)
	}
}

func TestSetPreferencesNamesTheWrongField(t *testing.T) {
	eight := calendar.MustClock(8, 0)
	for field, spoil := range map[string]func(*notify.SetPreferences){
		"ID":                  func(c *notify.SetPreferences) { c.ID = "" },
		"By.Person":           func(c *notify.SetPreferences) { c.By.Person = "" },
		"Person":              func(c *notify.SetPreferences) { c.Person = " " },
		"Emails.Applications": func(c *notify.SetPreferences) { c.Emails.Applications = 3 },
		"Pushes.Updated":      func(c *notify.SetPreferences) { c.Pushes.Updated = 9 },
		"Digests.Marketplace": func(c *notify.SetPreferences) { c.Digests.Marketplace = 3 },
		"Reminders":           func(c *notify.SetPreferences) { c.Reminders = 3 },
		"Quiet.From":          func(c *notify.SetPreferences) { c.Quiet = &notify.Quiet{To: eight} },
		"Quiet.To":            func(c *notify.SetPreferences) { c.Quiet = &notify.Quiet{From: eight} },
	} {
		c := notify.SetPreferences{Command: session.Do("c1", ann), Person: "ann", Quiet: &notify.Quiet{}}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		spoil(&c)
		var bad *session.FieldError
		if err := c.Validate(); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	same := notify.SetPreferences{Command: session.Do("c1", ann), Person: "ann", Quiet: &notify.Quiet{From: eight,
		To: eight}}
	if err := same.Validate(); err == nil {
		t.Error("quiet hours without length were taken")
	}
}

// quietUntil asks by way of a plan: an invoice that was paid can wait.
func quietUntil(q notify.Quiet, now time.Time, loc *time.Location) (time.Time, bool) {
	p := reachable
	p.ID, p.Location = "zoe", loc
	e := event("invoice.paid", bob, nil)
	d := notify.Plan(e, notify.Notice{Kind: notify.InvoicePaid}, p, notify.Settings{Quiet: q}, now)[0]
	return d.NotBefore, d.Why == notify.QuietHours
}

func TestN1QuietHours(t *testing.T) {
	loc := london(t)
	night := notify.Quiet{From: calendar.MustClock(22, 0), To: calendar.MustClock(7, 0)}
	nap := notify.Quiet{From: calendar.MustClock(13, 0), To: calendar.MustClock(14, 30)}
	short := notify.Quiet{From: calendar.MustClock(0, 30), To: calendar.MustClock(1, 30)}
	for _, c := range []struct {
		name  string
		q     notify.Quiet
		now   time.Time
		until time.Time // zero: not quiet
	}{
		{"before", night, time.Date(2026, 7, 1, 21, 59, 59, 0, loc), time.Time{}},
		{"first minute", night, time.Date(2026, 7, 1, 22, 0, 0, 0, loc), time.Date(2026, 7, 2, 7, 0, 0, 0, loc)},
		{"after midnight", night, time.Date(2026, 7, 2, 6, 59, 59, 0, loc), time.Date(2026, 7, 2, 7, 0, 0, 0, loc)},
		{"the end is over", night, time.Date(2026, 7, 2, 7, 0, 0, 0, loc), time.Time{}},
		{"within a day", nap, time.Date(2026, 7, 1, 14, 0, 0, 0, loc), time.Date(2026, 7, 1, 14, 30, 0, 0, loc)},
		{"end of the year", night, time.Date(2026, 12, 31, 23, 0, 0, 0, loc), time.Date(2027, 1, 1, 7, 0, 0, 0, loc)},
		{"clocks go forward", night, time.Date(2026, 3, 28, 23, 0, 0, 0, loc), time.Date(2026, 3, 29, 7, 0, 0, 0, loc)},
		{"the end is skipped", short, time.Date(2026, 3, 29, 0, 45, 0, 0, loc), time.Date(2026, 3, 29, 1, 30, 0, 0,
			time.UTC)},
		{"clocks go back, the second time", short, time.Date(2026, 10, 25, 1, 10, 0, 0, time.UTC), time.Date(2026, 10,
			25, 1, 30, 0, 0, time.UTC)},
		{"none", notify.Quiet{}, time.Date(2026, 7, 1, 3, 0, 0, 0, loc), time.Time{}},
	} {
		t.Run("N1 "+c.name, func(t *testing.T) {
			until, quiet := quietUntil(c.q, c.now, loc)
			equal(t, "quiet", quiet, !c.until.IsZero())
			if quiet && !until.Equal(c.until) {
				t.Errorf("until %v, want %v", until, c.until)
			}
		})
	}
	if until, quiet := quietUntil(night, time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), nil); !quiet || until.Hour() != 7 {
		t.Errorf("without a zone of their own: until %v, %v; want 07:00 UTC", until, quiet)
	}
}

// What quiet hours hold is sent once they are over: the end lies ahead, at most a day and an hour, and is not quiet.
func TestN1QuietHoursEnd(t *testing.T) {
	loc := london(t)
	rapid.Check(t, func(t *rapid.T) {
		clock := rapid.Custom(func(t *rapid.T) calendar.Clock {
			return calendar.MustClock(rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute"))
		})
		q := notify.Quiet{From: clock.Draw(t, "from"), To: clock.Draw(t, "to")}
		if q.From == q.To {
			t.Skip("no quiet hours")
		}
		around := rapid.SampledFrom([]time.Time{
			time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC), time.Date(2026, 10, 25, 1, 0, 0, 0, time.UTC), noon,
		}).Draw(t, "around")
		now := around.Add(time.Duration(rapid.IntRange(-36*3600, 36*3600).Draw(t, "seconds")) * time.Second)
		until, quiet := quietUntil(q, now, loc)
		if !quiet {
			return
		}
		if !until.After(now) || until.Sub(now) > 25*time.Hour {
			t.Fatalf("held at %v until %v", now, until)
		}
		// A clock change can lead straight back into them, and once at most.
		if again, still := quietUntil(q, until, loc); still {
			if _, still = quietUntil(q, again, loc); still {
				t.Fatalf("held at %v until %v, %v and still", now, until, again)
			}
		}
	})
}
