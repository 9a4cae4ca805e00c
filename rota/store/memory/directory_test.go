package memory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

func TestDirectoryReturnsWhatWasAdded(t *testing.T) {
	ctx := t.Context()
	d := memory.NewDirectory()
	d.AddProvider(session.ProviderFacts{ID: "north", RotaPro: true}, notify.Person{ID: "p-mo", Name: "Mo"})
	d.AddPractice(session.PracticeFacts{ID: "leeds", Provider: "north", Phone: "01632 960001"}, notify.Person{ID: "p-jo"})
	d.AddPractice(session.PracticeFacts{ID: "bath", Provider: "south"})
	devices := []notify.Device{{Channel: notify.IPhone, Token: "t1"}}
	roles := []session.Role{"GP"}
	d.AddClinician(rota.ClinicianFacts{ID: "ada", Person: "p-ada", Roles: roles}, notify.Person{Devices: devices})
	d.SetSupport(session.SupportFacts{Phone: "01632 960999"}, notify.Person{ID: "p-sam"})
	roles[0], devices[0].Token = "spoilt", "spoilt"

	practice, err := d.Practice(ctx, "leeds")
	if err != nil || practice.Phone != "01632 960001" {
		t.Errorf("practice: %+v, %v", practice, err)
	}
	for id, pro := range map[session.ProviderID]bool{"north": true, "south": false} {
		if p, err := d.Provider(ctx, id); err != nil || p.ID != id || p.RotaPro != pro {
			t.Errorf("provider %s: %+v, %v", id, p, err)
		}
	}
	ada, err := d.Clinician(ctx, "ada")
	if err != nil || len(ada.Roles) != 1 || ada.Roles[0] != "GP" {
		t.Errorf("what was passed is kept by reference: %+v, %v", ada, err)
	}
	person, err := d.Person(ctx, "p-ada")
	if err != nil || person.ID != "p-ada" || person.Devices[0].Token != "t1" {
		t.Errorf("a clinician's person: %+v, %v", person, err)
	}
	if mo, err := d.Person(ctx, "p-mo"); err != nil || mo.Name != "Mo" {
		t.Errorf("a manager's person: %+v, %v", mo, err)
	}
	if s, err := d.Support(ctx); err != nil || s.Phone != "01632 960999" {
		t.Errorf("support: %+v, %v", s, err)
	}
	for name, list := range map[string]func() ([]session.PersonID, error){
		"p-jo":  func() ([]session.PersonID, error) { return d.PracticeStaff(ctx, "leeds") },
		"p-mo":  func() ([]session.PersonID, error) { return d.RotaManagers(ctx, "north") },
		"p-sam": func() ([]session.PersonID, error) { return d.SupportTeam(ctx) },
	} {
		got, err := list()
		if diff := cmp.Diff([]session.PersonID{session.PersonID(name)}, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	if managers, err := d.RotaManagers(ctx, "nobody's"); err != nil || len(managers) > 0 {
		t.Errorf("a provider without managers: %v, %v", managers, err)
	}
}

func TestDirectorySaysWhatItDoesNotKnow(t *testing.T) {
	d := memory.NewDirectory()
	ended, end := context.WithCancel(t.Context())
	end()
	for name, ask := range map[string]func(context.Context) error{
		"practice":  func(ctx context.Context) error { _, err := d.Practice(ctx, "x"); return err },
		"provider":  func(ctx context.Context) error { _, err := d.Provider(ctx, "x"); return err },
		"clinician": func(ctx context.Context) error { _, err := d.Clinician(ctx, "x"); return err },
		"person":    func(ctx context.Context) error { _, err := d.Person(ctx, "x"); return err },
		"staff":     func(ctx context.Context) error { _, err := d.PracticeStaff(ctx, "x"); return err },
	} {
		if err := ask(t.Context()); !errors.Is(err, desk.ErrUnknown) {
			t.Errorf("%s: %v, want ErrUnknown", name, err)
		}
		if err := ask(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
	for name, ask := range map[string]func(context.Context) error{
		"support":  func(ctx context.Context) error { _, err := d.Support(ctx); return err },
		"managers": func(ctx context.Context) error { _, err := d.RotaManagers(ctx, "x"); return err },
		"team":     func(ctx context.Context) error { _, err := d.SupportTeam(ctx); return err },
	} {
		if err := ask(t.Context()); err != nil {
			t.Errorf("%s: %v, want nothing and no error", name, err)
		}
		if err := ask(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
}

func TestDirectoryListsEverybodyInPages(t *testing.T) {
	d := memory.NewDirectory()
	for _, id := range []string{"cy", "ada", "bob", "ada"} {
		d.AddClinician(rota.ClinicianFacts{ID: session.ClinicianID(id), Person: session.PersonID("p-" + id)},
			notify.Person{Name: id})
	}
	var listed []session.ClinicianID
	after := session.ClinicianID("")
	for {
		page, err := d.Clinicians(t.Context(), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			listed = append(listed, c.ID)
		}
		after = listed[len(listed)-1]
	}
	if diff := cmp.Diff([]session.ClinicianID{"ada", "bob", "cy"}, listed); diff != "" {
		t.Error(diff)
	}
	people, err := d.People(t.Context(), "p-bob", "nobody", "p-cy")
	if diff := cmp.Diff([]notify.Person{{ID: "p-bob", Name: "bob"}, {ID: "p-cy", Name: "cy"}}, people); diff != "" {
		t.Error(diff, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Clinicians(ctx, "", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("clinicians, with a context that has ended: %v", err)
	}
	if _, err := d.People(ctx, "p-bob"); !errors.Is(err, context.Canceled) {
		t.Errorf("people, with a context that has ended: %v", err)
	}
}
