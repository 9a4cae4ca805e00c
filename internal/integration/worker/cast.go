package worker

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// The cast is made of islands: a few clinicians and two practices, one of each provider, who have to do with nobody
// else. What happens on one island says nothing of another one, so that each one's history is checked by itself.
// Within an island everybody is in everybody's way.
const (
	// Islands is how many there are.
	Islands = 4
	// Clinicians is how many each has.
	Clinicians = 4
	// Slots is how many times there are at which sessions take place; see SlotTimes.
	Slots = 6
)

// The providers: North books at once whom it allocates, South offers (A1).
const (
	North session.ProviderID = "north"
	South session.ProviderID = "south"
)

// Providers are both.
func Providers() []session.ProviderID { return []session.ProviderID{North, South} }

// PracticeOf is a provider's practice on an island.
func PracticeOf(p session.ProviderID, island int) session.PracticeID {
	return session.PracticeID(fmt.Sprintf("%s-%d", p, island))
}

// Staff is who acts for a provider's practice on an island.
func Staff(p session.ProviderID, island int) session.Actor {
	practice := PracticeOf(p, island)
	return session.Practice(session.PersonID("p-"+string(practice)), p, practice)
}

// Manager is a provider's rota manager.
func Manager(p session.ProviderID) session.Actor {
	return session.RotaManager(session.PersonID("p-"+string(p)), p)
}

// ClinicianOf is the n-th clinician of an island.
func ClinicianOf(island, n int) session.ClinicianID {
	return session.ClinicianID(fmt.Sprintf("c-%d-%d", island, n))
}

// AsClinician is a clinician as an actor.
func AsClinician(id session.ClinicianID) session.Actor {
	return session.Clinician(session.PersonID("p-"+string(id)), id)
}

// People are all who have settings.
func People() []session.PersonID {
	var all []session.PersonID
	for i := range Islands {
		for n := range Clinicians {
			all = append(all, AsClinician(ClinicianOf(i, n)).Person)
		}
	}
	return all
}

// SlotTimes are the local times of a slot: there are three days, on each of which an early session overlaps a late one.
func SlotTimes(slot int) (start, end calendar.Local) {
	day := calendar.MustDate(2026, time.July, 14+slot/2)
	from, to := calendar.MustClock(8, 0), calendar.MustClock(18, 0)
	if slot%2 == 1 {
		from, to = calendar.MustClock(12, 0), calendar.MustClock(22, 0)
	}
	return calendar.Local{Date: day, Clock: from}, calendar.Local{Date: day, Clock: to}
}

// SlotOf is the slot that a session's times are those of; -1 for none.
func SlotOf(span calendar.Span) int {
	for slot := range Slots {
		start, _ := SlotTimes(slot)
		at := time.Date(2026, time.July, start.Date.Day(), start.Clock.Hour()-1, 0, 0, 0, time.UTC) // summer time
		if span.Start.Equal(at) && span.Duration() == 10*time.Hour {
			return slot
		}
	}
	return -1
}

// SlotsOverlap says whether sessions at the two slots overlap: those on one day do.
func SlotsOverlap(a, b int) bool { return a/2 == b/2 }

// Directory knows the whole cast.
func Directory() (*memory.Directory, error) {
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		return nil, err
	}
	reach := func(id session.PersonID) notify.Person {
		return notify.Person{ID: id, Name: "Name of " + string(id), Email: string(id) + "@example.org"}
	}
	d := memory.NewDirectory()
	d.SetSupport(session.SupportFacts{Phone: "01632 960999", Email: "support@example.org"}, reach("p-support"))
	for _, p := range Providers() {
		d.AddProvider(session.ProviderFacts{ID: p}, reach(Manager(p).Person))
		for i := range Islands {
			d.AddPractice(session.PracticeFacts{
				ID: PracticeOf(p, i), Provider: p, Name: "Practice of " + string(p), Calendar: cal, Phone: "01632 960001",
			}, reach(Staff(p, i).Person))
		}
	}
	for i := range Islands {
		for n := range Clinicians {
			addClinician(d, ClinicianOf(i, n), reach)
		}
	}
	return d, nil
}

// addClinician adds a clinician of both providers who may work everything.
func addClinician(d *memory.Directory, id session.ClinicianID, reach func(session.PersonID) notify.Person) {
	f := rota.ClinicianFacts{
		ID: id, Person: AsClinician(id).Person, Roles: []session.Role{"GP"}, Approved: true,
		Memberships: []rota.Membership{{Provider: North, Tier: rota.StaffBank}, {Provider: South, Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		f.Documents = append(f.Documents, rota.Document{Kind: kind, Expires: calendar.MustDate(2030, 12, 31)})
	}
	d.AddClinician(f, reach(f.Person))
}

// PolicyOfSouth is the command that publishes the next version of South's policy, which holds from an instant to come:
// South offers what it allocates (A1).
func PolicyOfSouth(version int, from time.Time) (Act, error) {
	p := withdrawal.Default()
	p.Version, p.Provider, p.ValidFrom = version, South, session.Instant(from)
	p.Applications.OfferAllocations = true
	id := session.CommandID(fmt.Sprintf("policy-%d", version))
	return NewAct(withdrawal.PublishPolicy{Command: session.Do(id, Manager(South)), Policy: p}, About{})
}

// shift is a session at a slot.
func shift(head session.Command, practice session.PracticeID, slot int, choosing session.Choosing) session.Post {
	start, end := SlotTimes(slot)
	return session.Post{
		Command: head, Practice: practice, Role: "GP", Start: start, End: end, Break: time.Hour,
		Rate:  session.Rate{Amount: decimal.NewFromInt(70), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 1", Instructions: "Ring the bell.", Channel: session.Rota, Choosing: choosing,
	}
}
