package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// tell has everybody told of all that happened since the last time, and prints it: who, over which channel, and what
// somebody's own setting suppressed or holds back (N1, N4, N5).
func (w *world) tell(ctx context.Context) error {
	lines, err := w.send(ctx)
	if err != nil {
		return err
	}
	for _, l := range lines {
		w.page.line(l.mark, "%s", l.text)
	}
	return nil
}

// send plans who is told what, sends what is due of it and of what was held back before, and says so.
func (w *world) send(ctx context.Context) ([]told, error) {
	planned, err := w.plan(ctx)
	if err != nil {
		return nil, err
	}
	sent, err := w.deliver(ctx)
	if err != nil {
		return nil, err
	}
	late := w.late(sent)
	news, err := w.news(ctx, planned)
	if err != nil {
		return nil, err
	}
	return append(late, w.group(news)...), nil
}

// late is what was held back and has been sent now, or has been overtaken meanwhile.
func (w *world) late(sent []notify.Observation) []told {
	lines := grouping{names: map[string][]string{}}
	sent = slices.DeleteFunc(sent, func(o notify.Observation) bool { return !w.told[o.Delivery.Key] || o.Held })
	for i := 0; i < len(sent); {
		d := sent[i].Delivery
		var by []string
		for ; i < len(sent) && sent[i].Delivery.Event == d.Event && sent[i].Delivery.Person == d.Person; i++ {
			channel := channelName(sent[i].Delivery.Channel)
			if sent[i].Outcome.State == notify.Delivered {
				by = append(by, channel)
			} else {
				lines.add("✕ ", d.Kind, "not by "+channel+" any more: "+words(string(sent[i].Outcome.Why)), w.name(d.Person))
			}
		}
		if by != nil {
			lines.add("→ ", d.Kind, "by "+several(by)+", after their quiet hours", w.name(d.Person))
		}
	}
	return lines.lines()
}

// news are the deliveries of some sessions that were not printed yet, in the order of sessions and of planning.
func (w *world) news(ctx context.Context, some map[session.SessionID]bool) ([]notify.Delivery, error) {
	var news []notify.Delivery
	for _, id := range w.sessions {
		if !some[id] {
			continue
		}
		q := notify.DeliveryQuery{Session: id, Page: session.PageRequest{Limit: session.MaxPageSize}}
		for {
			page, err := w.store.Deliveries(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, d := range page.Items {
				if !w.told[d.Key] {
					w.told[d.Key] = true
					news = append(news, d)
				}
			}
			if page.Next == "" {
				break
			}
			q.Page.After = page.Next
		}
	}
	return news, nil
}

// told is one line about deliveries: what is told, and to whom over which channel, or why not.
type told struct{ mark, text string }

// group makes lines of deliveries: one for each kind of message, and one for what of it settings suppressed.
func (w *world) group(news []notify.Delivery) []told {
	lines := grouping{names: map[string][]string{}}
	for i := 0; i < len(news); {
		j := i + 1 // the deliveries of one event to one person stand together
		for j < len(news) && news[j].Event == news[i].Event && news[j].Person == news[i].Person {
			j++
		}
		name, kind := w.name(news[i].Person), news[i].Kind
		if by := w.reached(news[i:j]); by != "" {
			lines.add("→ ", kind, by, name)
		}
		for _, d := range news[i:j] {
			switch {
			case d.State == notify.Suppressed && d.Why == notify.SettingOff:
				lines.add("✕ ", kind, "not by "+channelName(d.Channel)+", as they turned off "+switchName(d), name)
			case d.State == notify.Stale:
				lines.add("✕ ", kind, "not by "+channelName(d.Channel)+" any more: "+words(string(d.Why)), name)
			}
		}
		i = j
	}
	return lines.lines()
}

// grouping collects who is told what, and how.
type grouping struct {
	kinds []notify.Kind
	hows  []string // each with the mark and kind that it belongs to
	names map[string][]string
}

func (g *grouping) add(mark string, kind notify.Kind, how, name string) {
	key := mark + string(kind) + "\t" + how
	if !slices.Contains(g.kinds, kind) {
		g.kinds = append(g.kinds, kind)
	}
	if _, known := g.names[key]; !known {
		g.hows = append(g.hows, key)
	}
	if !slices.Contains(g.names[key], name) {
		g.names[key] = append(g.names[key], name)
	}
}

// lines has for each kind first who is told, then who is not.
func (g *grouping) lines() []told {
	var all []told
	for _, kind := range g.kinds {
		for _, mark := range []string{"→ ", "✕ "} {
			var parts []string
			for _, key := range g.hows {
				if how, own := strings.CutPrefix(key, mark+string(kind)+"\t"); own {
					parts = append(parts, several(g.names[key])+" "+how)
				}
			}
			if parts != nil {
				all = append(all, told{mark, kind.Words() + ": " + strings.Join(parts, "; ")})
			}
		}
	}
	return all
}

// reached says over which channels somebody is told, and where that waits for the end of their quiet hours.
func (w *world) reached(deliveries []notify.Delivery) string {
	var by []string
	held := ""
	for _, d := range deliveries {
		if d.State != notify.Delivered && d.Why != notify.QuietHours {
			continue
		}
		by = append(by, channelName(d.Channel))
		if d.Why == notify.QuietHours {
			held = ", held until " + w.local(d.NotBefore, "15:04") + " by their quiet hours"
		}
	}
	if by == nil {
		return ""
	}
	return "by " + several(by) + held + w.all(deliveries[0])
}

// all says where a person is told although they turned such emails off, because this can't be turned off (N2).
func (w *world) all(d notify.Delivery) string {
	t, known := d.Kind.Trait()
	if !known || !t.Must {
		return ""
	}
	for _, c := range w.clinicians {
		settings, _, err := c.choices.Decide(notify.Settings{}, w.clock.Now())
		if c.person.ID == d.Person && err == nil && !settings.Email(t.Emails) {
			return " (this email can’t be turned off)"
		}
	}
	return ""
}

func channelName(c notify.Channel) string {
	switch c {
	case notify.Android:
		return "Android"
	case notify.IPhone:
		return "iPhone"
	case notify.Email:
	}
	return "email"
}

// switchName names the setting that suppressed a delivery.
func switchName(d notify.Delivery) string {
	t, _ := d.Kind.Trait()
	if d.Channel.Push() {
		names := map[notify.PushGroup]string{
			notify.AcceptedPush: "application accepted", notify.PaidPush: "invoice paid",
			notify.MessagePush: "new message", notify.CancelledPush: "booking cancelled",
			notify.UpdatedPush: "booked session updated",
		}
		return "“" + names[t.Push] + "”"
	}
	names := map[notify.EmailGroup]string{
		notify.ApplicationEmails: "applications", notify.BookingEmails: "bookings", notify.PayEmails: "pay",
		notify.MessageEmails: "messages", notify.CaseEmails: "support cases", notify.ReminderEmails: "reminders",
		notify.DigestEmails: "digests",
	}
	return "emails about " + names[t.Emails]
}

// name is how people call somebody.
func (w *world) name(id session.PersonID) string {
	p, err := w.directory.Person(context.Background(), id)
	if err != nil {
		return string(id)
	}
	return p.Name
}

func (w *world) local(t time.Time, layout string) string {
	return t.In(w.cal.Location()).Format(layout)
}
