package notify

import (
	"time"

	"github.com/sessional-go/sessional/session"
)

// Plan decides over which channels one person is told what a notice says, and which are suppressed and why (N4): one
// delivery per channel, email first. It is decided once, when the event is planned; now is that instant. A kind that
// has no push has none recorded.
//
// The person who did it is not told, but for the kinds that are theirs all the same (Trait.Self). A kind that can't be
// turned off (N2) goes by email whatever the settings say; its push follows its switch, unless there is no address.
func Plan(e session.Event, n Notice, p Person, s Settings, now time.Time) []Delivery {
	t, known := n.Kind.Trait()
	if !known {
		return nil
	}
	now = session.Instant(now)
	var planned []Delivery
	for _, c := range Channels() {
		if c.Push() && t.Push == 0 {
			continue
		}
		d := Delivery{
			Key: DeliveryKey(e.Key(), p.ID, c), Event: e.Key(), Kind: n.Kind, Channel: c, Person: p.ID, Audience: n.Audience,
			Session: e.Session, Provider: e.Provider, State: Planned, Planned: now, NotBefore: now,
		}
		if p.ID == e.By.Person && !t.Self {
			d = d.suppress(IsActor)
		} else if e.Kind == EventUnreachable && string(p.ID) == e.Facts["person"] {
			d = d.suppress(NotReached)
		} else if why := t.closed(c, p, s); why != "" {
			d = d.suppress(why)
		} else if end, quiet := s.Quiet.until(now, p.Location); quiet && !t.Awake {
			d.NotBefore, d.Why = end, QuietHours
		}
		planned = append(planned, d)
	}
	return planned
}

func (d Delivery) suppress(why Why) Delivery {
	d.State, d.Why, d.NotBefore = Suppressed, why, time.Time{}
	return d
}

// closed says why a channel does not reach the person, blank where it does.
func (t Trait) closed(c Channel, p Person, s Settings) Why {
	switch {
	case c == Email && !p.has(Email):
		return NoAddress
	case c == Email && !t.Must && !s.Email(t.Emails):
		return SettingOff
	case c.Push() && !p.has(c):
		return NoDevice
	case c.Push() && !s.Push(t.Push) && (!t.Must || p.has(Email)):
		return SettingOff
	}
	return ""
}

// Reaches says whether any channel carries a kind to a person: if none does, whoever causes it is warned (A1).
func Reaches(k Kind, p Person, s Settings) bool {
	t, known := k.Trait()
	if !known {
		return false
	}
	for _, c := range Channels() {
		if (!c.Push() || t.Push != 0) && t.closed(c, p, s) == "" {
			return true
		}
	}
	return false
}
