package withdrawal

import (
	"time"

	"github.com/sessional-go/sessional/calendar"
	"github.com/sessional-go/sessional/session"
)

// Way is how one gets further where one can't act alone: a phone number in contactable hours, an email address
// outside them, both where no hours are set (W3, T6). Of the two, the one that there is stands in for one that the
// host has not given.
type Way struct {
	Phone string `json:"phone,omitzero"`
	Email string `json:"email,omitzero"`
	// Until is when the phone stops being answered, Next when it is answered again; zero where not known.
	Until time.Time `json:"until,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	// Hours say the same for a person, at the practice: "open until 17:30 today", "open from 09:00 on Mon 13 Jul".
	Hours string `json:"hours,omitzero"`
}

// IsZero says whether no way is given.
func (w Way) IsZero() bool { return w == Way{} }

// String returns the way as part of a sentence: "call 0203 … (open until 17:30 today) or write to …".
func (w Way) String() string {
	words := ""
	if w.Phone != "" {
		words = "call " + w.Phone
		if w.Hours != "" {
			words += " (" + w.Hours + ")"
		}
	}
	switch {
	case w.Phone == "" && w.Email == "":
		return "contact customer support"
	case w.Phone == "":
		return "write to " + w.Email
	case w.Email != "":
		words += " or write to " + w.Email
	}
	return words
}

// contact is how support is reached at all, with what is known of the hours at an instant.
func contact(cal *calendar.Calendar, f session.SupportFacts, at time.Time) (w Way, open bool) {
	w = Way{Phone: f.Phone, Email: f.Email}
	w.Until, w.Next, open = answered(cal, f.Hours, at)
	w.Hours = openWords(cal, w.Until, w.Next, at)
	return w, open
}

// way is the one to take at an instant: the phone in contactable hours, the email address outside them (W3).
func way(cal *calendar.Calendar, f session.SupportFacts, at time.Time) Way {
	w, open := contact(cal, f, at)
	switch {
	case !f.Hours.IsSet() || w.Phone == "" || w.Email == "":
	case open:
		w.Email = ""
	default:
		w.Phone = ""
	}
	return w
}

// answered says until when a phone is answered, or else when it will be again. Without hours, and where the calendar
// ends first, neither is known.
func answered(cal *calendar.Calendar, h calendar.Hours, at time.Time) (until, next time.Time, open bool) {
	open, err := h.Open(cal, at)
	switch {
	case err != nil:
		return time.Time{}, time.Time{}, false
	case open:
		until, err = h.Closes(cal, at)
	default:
		next, err = h.Next(cal, at)
	}
	if err != nil {
		return time.Time{}, time.Time{}, open
	}
	return until, next, open
}

// openWords are the hours of a phone in words; blank where nothing is known of them.
func openWords(cal *calendar.Calendar, until, next, at time.Time) string {
	switch {
	case !until.IsZero():
		return "open until " + moment(cal, until, at)
	case !next.IsZero():
		return "open from " + moment(cal, next, at)
	}
	return ""
}

// moment is an instant in words: "17:30 today", "09:00 on Mon 13 Jul".
func moment(cal *calendar.Calendar, t, now time.Time) string {
	day, err := cal.DateOf(t)
	today, errToday := cal.DateOf(now)
	if err == nil && errToday == nil && day == today {
		return t.In(cal.Location()).Format("15:04") + " today"
	}
	return cal.Words(calendar.CutOff{At: t})
}
