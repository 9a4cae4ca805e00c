package dispatch

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
	"github.com/sessional-go/sessional/withdrawal"
)

// staff are the people of one practice who are told, practices how many there are.
const (
	staff     = 6
	practices = 20
)

// person is one of them.
func person(practice, n int) session.PersonID {
	return session.PersonID(fmt.Sprintf("p-%d-%d", practice, n))
}

// recipient is how somebody is reached.
func recipient(id session.PersonID) notify.Person {
	return notify.Person{ID: id, Name: string(id), Email: string(id) + "@" + domain}
}

const north session.ProviderID = "north"

func practice(n int) session.PracticeID { return session.PracticeID(fmt.Sprint("practice-", n)) }

// applicant is the one who applies for everything.
var applicant = session.Clinician("p-ada", "ada")

// Directory knows the practices with their staff, and a clinician who may apply everywhere.
func Directory() (*memory.Directory, error) {
	uk, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		return nil, err
	}
	d := memory.NewDirectory()
	for p := range practices {
		var people []notify.Person
		for n := range staff {
			people = append(people, recipient(person(p, n)))
		}
		d.AddPractice(session.PracticeFacts{
			ID: practice(p), Provider: north, Name: fmt.Sprint("Surgery ", p), Calendar: uk, Phone: "01632 960001",
		}, people...)
	}
	facts := rota.ClinicianFacts{
		ID: applicant.Clinician, Person: applicant.Person, Roles: []session.Role{"GP"}, Approved: true,
		Memberships: []rota.Membership{{Provider: north, Tier: rota.StaffBank}},
	}
	for _, kind := range withdrawal.Default().Eligibility.Required {
		facts.Documents = append(facts.Documents, rota.Document{Kind: kind})
	}
	d.AddClinician(facts, notify.Person{ID: applicant.Person, Name: "Ada", Email: "ada@example.org"})
	return d, nil
}

// user gives the commands whose events are told.
type user struct {
	*desk.Desk
	day   calendar.Date
	given int
}

// newUser returns one who works with the machine's clock: so do those who tell.
func newUser(store desk.Store) (*user, error) {
	directory, err := Directory()
	if err != nil {
		return nil, err
	}
	d, err := desk.New(desk.Options{Store: store, Directory: directory, Tries: 50})
	if err != nil {
		return nil, err
	}
	date, err := calendar.NewDate(time.Now().AddDate(0, 1, 0).Date())
	return &user{Desk: d, day: date}, err
}

// act posts a session and applies for it, of which the staff of one practice is told; it returns the session.
func (u *user) act(ctx context.Context) (session.SessionID, error) {
	p := u.given % practices
	u.given++
	posted, err := u.Post(ctx, session.Post{
		Command:  session.Do(desk.NewID(), session.Practice("p-desk", north, practice(p))),
		Practice: practice(p), Role: "GP",
		Start: calendar.Local{Date: u.day, Clock: calendar.MustClock(8, 0)},
		End:   calendar.Local{Date: u.day, Clock: calendar.MustClock(12, 0)},
		Rate:  session.Rate{Amount: decimal.NewFromInt(85), Currency: session.GBP, Per: session.PerHour},
		Place: "Room 1", Channel: session.Rota, Choosing: session.Review,
	})
	if err != nil {
		return "", err
	}
	_, err = u.Apply(ctx, rota.Apply{Command: session.Do(desk.NewID(), applicant), Session: posted.ID})
	return posted.ID, err
}
