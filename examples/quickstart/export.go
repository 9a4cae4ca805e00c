package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

// export is what a rota export holds, in an order that depends on nothing but what it says: two files with the same
// lines in another order are the same export.
type export struct {
	providers  []provider
	practices  []practice
	clinicians []clinician
	shifts     []shift
}

// provider is a healthcare provider with its rota manager.
type provider struct {
	name    string
	facts   session.ProviderFacts
	manager notify.Person
}

// practice is one site of a provider.
type practice struct {
	facts    session.PracticeFacts
	division calendar.Division
	contact  notify.Person
}

// clinician is somebody who works sessions, with what they chose to be told.
type clinician struct {
	facts   rota.ClinicianFacts
	person  notify.Person
	choices notify.SetPreferences
}

// shift is a session as the export has it.
type shift struct {
	id   string
	post session.Post
	// span is when it is: the practice's local times as instants.
	span calendar.Span
}

// load reads an export; without a name it is the one that was built in.
func load(name string, builtIn []byte) (export, error) {
	if name == "" {
		return read("rota-export.csv", builtIn)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return export{}, err
	}
	return read(filepath.Base(name), data)
}

// read makes an export of a file, or says all that is wrong with it.
func read(file string, data []byte) (export, error) {
	bad := &exportError{file: file}
	found := sections(data, bad)
	x := reading{found: found, bad: bad, ids: map[string]map[string]cell{}}
	for _, name := range sectionNames() {
		x.ids[name] = map[string]cell{}
		if s := found[name]; s == nil {
			bad.add(cell{line: 1, col: 1}, "", "the section [%s] is missing", name)
		} else if s.columns == nil {
			bad.add(s.title, "", "expected the names of the columns below [%s]", name)
		} else if len(s.rows) == 0 {
			bad.add(s.title, "", "there is nothing in [%s]", name)
		}
	}
	x.each("providers", x.provider)
	x.each("practices", x.practice)
	x.each("clinicians", x.clinician)
	x.each("sessions", x.shift)
	if err := bad.err(); err != nil {
		return export{}, err
	}
	x.sort()
	return x.export, nil
}

// reading is an export being read.
type reading struct {
	export
	found map[string]*section
	bad   *exportError
	ids   map[string]map[string]cell
}

// each reads the rows of a section, none of whose ids may be there twice.
func (x *reading) each(name string, read func(row, string)) {
	if x.found[name] == nil {
		return
	}
	for _, r := range x.found[name].rows {
		id := r.need("id", "a short name of its own")
		if before, again := x.ids[name][id]; again && id != "" {
			r.refuse("id", "%q is on line %d already", id, before.line)
		} else if err := session.CheckID("id", id); err != nil && id != "" {
			r.refuse("id", "%s", sentence(err))
		}
		x.ids[name][id] = r.cell("id")
		read(r, id)
	}
}

// refers reads a cell that names something in another section.
func (x *reading) refers(r row, column, to, id string) {
	if _, ok := x.ids[to][id]; !ok && id != "" {
		r.refuse(column, "expected an id from [%s], not %q", to, id)
	}
}

func (x *reading) provider(r row, id string) {
	p := provider{
		name:  r.need("name", "the provider's name"),
		facts: session.ProviderFacts{ID: session.ProviderID(id), RotaPro: r.yes("rota pro")},
	}
	p.manager = x.person(r, id+"-manager", cmp.Or(r.text("manager"), "the rota manager"), "manager email")
	x.providers = append(x.providers, p)
}

// person is somebody of a practice or provider; their own clock is that of London.
func (x *reading) person(r row, id, name, email string) notify.Person {
	address := r.text(email)
	if address != "" && !strings.Contains(address, "@") {
		r.refuse(email, "expected an email address, not %q", address)
	}
	return notify.Person{ID: session.PersonID(id), Name: name, Email: address, Location: london()}
}

func london() *time.Location {
	cal, err := calendar.UK(calendar.EnglandAndWales)
	if err != nil {
		return time.UTC
	}
	return cal.Location()
}

func (x *reading) practice(r row, id string) {
	p := practice{}
	p.facts = session.PracticeFacts{
		ID: session.PracticeID(id), Provider: session.ProviderID(r.need("provider", "an id from [providers]")),
		Name: r.need("name", "the practice's name"), Phone: r.need("phone", "the number that clinicians ring"),
	}
	x.refers(r, "provider", "providers", string(p.facts.Provider))
	var err error
	const divisions = "england-and-wales, scotland or northern-ireland"
	if text := r.need("division", divisions); text != "" {
		if p.division, err = calendar.ParseDivision(text); err != nil {
			r.refuse("division", "expected %s, not %q", divisions, text)
		} else if p.facts.Calendar, err = calendar.UK(p.division); err != nil {
			r.refuse("division", "%s", err)
		}
	}
	if text := r.text("opening hours"); text != "" {
		if p.facts.Hours, err = hours(text); err != nil {
			r.refuse("opening hours", "expected days and times such as mon-fri 08:00-18:30, not %q", text)
		}
	}
	p.contact = x.person(r, id+"-contact", cmp.Or(r.text("contact"), "the practice manager"), "contact email")
	x.practices = append(x.practices, p)
}

// hours reads "mon-fri 08:00-18:30"; a practice is closed on its bank holidays.
func hours(text string) (calendar.Hours, error) {
	days, times, _ := strings.Cut(text, " ")
	from, to, _ := strings.Cut(times, "-")
	var w calendar.Window
	var err error
	if w.Days, err = calendar.ParseWeekdays(days); err != nil {
		return calendar.Hours{}, err
	}
	if w.From, err = calendar.ParseClock(from); err != nil {
		return calendar.Hours{}, err
	}
	if w.To, err = calendar.ParseClock(to); err != nil {
		return calendar.Hours{}, err
	}
	h := calendar.Hours{Windows: []calendar.Window{w}, Closed: calendar.Closures{AllHolidays: true}}
	return h, h.Validate()
}

// sort puts everything into an order of its own. Ids only tell apart what is otherwise alike.
func (x *reading) sort() {
	slices.SortFunc(x.providers, func(a, b provider) int { return cmp.Compare(a.facts.ID, b.facts.ID) })
	slices.SortFunc(x.practices, func(a, b practice) int {
		return cmp.Or(cmp.Compare(a.division, b.division), cmp.Compare(a.facts.Name, b.facts.Name))
	})
	slices.SortFunc(x.clinicians, func(a, b clinician) int {
		return cmp.Or(cmp.Compare(a.person.Name, b.person.Name), cmp.Compare(a.facts.ID, b.facts.ID))
	})
	place := map[session.PracticeID]int{}
	for i, p := range x.practices {
		place[p.facts.ID] = i
	}
	slices.SortFunc(x.shifts, func(a, b shift) int {
		return cmp.Or(a.span.Start.Compare(b.span.Start), cmp.Compare(place[a.post.Practice], place[b.post.Practice]),
			a.span.End.Compare(b.span.End), cmp.Compare(a.post.Role, b.post.Role), cmp.Compare(a.post.Channel, b.post.Channel),
			cmp.Compare(a.post.Choosing, b.post.Choosing), a.post.Rate.Amount.Cmp(b.post.Rate.Amount),
			cmp.Compare(a.id, b.id))
	})
}
