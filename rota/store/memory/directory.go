package memory

import (
	"context"
	"slices"
	"sync"

	"github.com/sessional-go/sessional/internal/ordered"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// Directory is a desk.Directory in memory, for tests and examples: a host brings its own. It is safe for concurrent
// use.
type Directory struct {
	mu         sync.RWMutex
	practices  map[session.PracticeID]session.PracticeFacts
	providers  map[session.ProviderID]session.ProviderFacts
	clinicians map[session.ClinicianID]rota.ClinicianFacts
	order      ordered.Set // the clinicians' ids
	people     map[session.PersonID]notify.Person
	staff      map[session.PracticeID][]session.PersonID
	managers   map[session.ProviderID][]session.PersonID
	team       []session.PersonID
	support    session.SupportFacts
}

var _ desk.Directory = (*Directory)(nil)

// NewDirectory returns an empty directory.
func NewDirectory() *Directory {
	return &Directory{
		practices:  map[session.PracticeID]session.PracticeFacts{},
		providers:  map[session.ProviderID]session.ProviderFacts{},
		clinicians: map[session.ClinicianID]rota.ClinicianFacts{},
		people:     map[session.PersonID]notify.Person{},
		staff:      map[session.PracticeID][]session.PersonID{},
		managers:   map[session.ProviderID][]session.PersonID{},
	}
}

// AddProvider adds or replaces a provider with its rota managers.
func (d *Directory) AddProvider(p session.ProviderFacts, managers ...notify.Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.providers[p.ID] = p
	d.managers[p.ID] = d.know(managers)
}

// AddPractice adds or replaces a practice with its staff. Its provider is added, too, unless it is known.
func (d *Directory) AddPractice(p session.PracticeFacts, staff ...notify.Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.practices[p.ID] = p
	d.staff[p.ID] = d.know(staff)
	if _, ok := d.providers[p.Provider]; !ok {
		d.providers[p.Provider] = session.ProviderFacts{ID: p.Provider}
	}
}

// AddClinician adds or replaces a clinician, who is reached as the person. A person without an id gets the
// clinician's.
func (d *Directory) AddClinician(c rota.ClinicianFacts, person notify.Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if person.ID == "" {
		person.ID = c.Person
	}
	c.Roles = slices.Clone(c.Roles)
	c.Memberships = slices.Clone(c.Memberships)
	c.Documents = slices.Clone(c.Documents)
	d.clinicians[c.ID] = c
	d.order.Add(ordered.Key{ID: string(c.ID)})
	d.know([]notify.Person{person})
}

// SetSupport says how customer support is reached, and who is on its team.
func (d *Directory) SetSupport(s session.SupportFacts, team ...notify.Person) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.support = s
	d.team = d.know(team)
}

func (d *Directory) know(people []notify.Person) []session.PersonID {
	var ids []session.PersonID
	for _, p := range people {
		p.Devices = slices.Clone(p.Devices)
		d.people[p.ID] = p
		ids = append(ids, p.ID)
	}
	return ids
}

// get reads one entry under the lock, or desk.ErrUnknown.
func get[K comparable, V any](ctx context.Context, d *Directory, m map[K]V, id K) (V, error) {
	var none V
	if err := ctx.Err(); err != nil {
		return none, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	v, ok := m[id]
	if !ok {
		return none, desk.ErrUnknown
	}
	return v, nil
}

// Practice returns a practice, or desk.ErrUnknown.
func (d *Directory) Practice(ctx context.Context, id session.PracticeID) (session.PracticeFacts, error) {
	return get(ctx, d, d.practices, id)
}

// Provider returns a provider, or desk.ErrUnknown.
func (d *Directory) Provider(ctx context.Context, id session.ProviderID) (session.ProviderFacts, error) {
	return get(ctx, d, d.providers, id)
}

// Support returns how customer support is reached.
func (d *Directory) Support(ctx context.Context) (session.SupportFacts, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.support, ctx.Err()
}

// Clinician returns a clinician, or desk.ErrUnknown. The slices are the directory's own: don't change them.
func (d *Directory) Clinician(ctx context.Context, id session.ClinicianID) (rota.ClinicianFacts, error) {
	return get(ctx, d, d.clinicians, id)
}

// Clinicians lists the clinicians in the order of their ids, those after one, up to limit. Their slices are the
// directory's own: don't change them.
func (d *Directory) Clinicians(
	ctx context.Context, after session.ClinicianID, limit int,
) ([]rota.ClinicianFacts, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	page := []rota.ClinicianFacts{}
	for k := range d.order.From(ordered.Key{ID: string(after)}) {
		if len(page) == limit {
			break
		}
		if id := session.ClinicianID(k.ID); id != after {
			page = append(page, d.clinicians[id])
		}
	}
	return page, nil
}

// People returns how people are reached; those it doesn't know are left out.
func (d *Directory) People(ctx context.Context, ids ...session.PersonID) ([]notify.Person, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	people := []notify.Person{}
	for _, id := range ids {
		if p, known := d.people[id]; known {
			people = append(people, p)
		}
	}
	return people, nil
}

// Person returns how somebody is reached, or desk.ErrUnknown.
func (d *Directory) Person(ctx context.Context, id session.PersonID) (notify.Person, error) {
	return get(ctx, d, d.people, id)
}

// PracticeStaff returns who is told for a practice.
func (d *Directory) PracticeStaff(ctx context.Context, id session.PracticeID) ([]session.PersonID, error) {
	return get(ctx, d, d.staff, id)
}

// RotaManagers returns who is told for a provider; nobody where it has none.
func (d *Directory) RotaManagers(ctx context.Context, id session.ProviderID) ([]session.PersonID, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.managers[id], ctx.Err()
}

// SupportTeam returns who is told for customer support.
func (d *Directory) SupportTeam(ctx context.Context) ([]session.PersonID, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.team, ctx.Err()
}
