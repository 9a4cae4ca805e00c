package main

import (
	"strings"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/rota"
	"github.com/sessional-go/sessional/session"
)

func (x *reading) clinician(r row, id string) {
	c := clinician{person: x.person(r, id+"-person", r.need("name", "the clinician's name"), "email")}
	c.facts = rota.ClinicianFacts{ID: session.ClinicianID(id), Person: c.person.ID, Approved: r.yes("marketplace")}
	r.need("roles", "roles such as GP, with spaces between them")
	for _, role := range r.list("roles") {
		c.facts.Roles = append(c.facts.Roles, session.Role(role))
	}
	for _, p := range r.list("bank") {
		x.refers(r, "bank", "providers", p)
		c.facts.Memberships = append(c.facts.Memberships,
			rota.Membership{Provider: session.ProviderID(p), Tier: rota.StaffBank})
	}
	until := r.date("documents until")
	for _, kind := range []string{"registration", "indemnity", "performers_list", "dbs"} {
		c.facts.Documents = append(c.facts.Documents, rota.Document{Kind: kind, Expires: until})
	}
	for _, d := range r.list("devices", "android", "iphone") {
		device := notify.Device{Channel: notify.Android, Token: id + "-" + d}
		if d == "iphone" {
			device.Channel = notify.IPhone
		}
		c.person.Devices = append(c.person.Devices, device)
	}
	c.choices = choices(r)
	c.choices.Person = c.person.ID
	c.choices.Command = session.Do(session.CommandID("settings/"+id), c.actor())
	x.clinicians = append(x.clinicians, c)
}

// choices reads which emails and pushes somebody chose, and when they are not to be disturbed (N1).
func choices(r row) notify.SetPreferences {
	var s notify.SetPreferences
	emails := map[string]*notify.Switch{
		"applications": &s.Emails.Applications, "bookings": &s.Emails.Bookings, "pay": &s.Emails.Pay,
		"messages": &s.Emails.Messages, "cases": &s.Emails.Cases,
	}
	for _, name := range r.switches("emails", "applications", "bookings", "pay", "messages", "cases") {
		*emails[name] = notify.Off
	}
	pushes := map[string]*notify.Switch{
		"accepted": &s.Pushes.Accepted, "paid": &s.Pushes.Paid, "message": &s.Pushes.Message,
		"cancelled": &s.Pushes.Cancelled, "updated": &s.Pushes.Updated,
	}
	for _, name := range r.switches("pushes", "accepted", "paid", "message", "cancelled", "updated") {
		*pushes[name] = notify.Off
	}
	if text := r.text("quiet hours"); text != "" {
		from, to, _ := strings.Cut(text, "-")
		q := notify.Quiet{}
		var errFrom, errTo error
		q.From, errFrom = calendar.ParseClock(from)
		q.To, errTo = calendar.ParseClock(to)
		if errFrom != nil || errTo != nil || q.From == q.To {
			r.refuse("quiet hours", "expected two times such as 22:00-07:00, not %q", text)
		}
		s.Quiet = &q
	}
	return s
}
